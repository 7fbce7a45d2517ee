package dev.kryonix.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ConvergenceTest {
  private final Convergence convergence = new Convergence();

  @Test
  void whoHasNotReachedWhatIsWantedIsBehind() {
    convergence.wanted("one", 2);
    convergence.wanted("two", 1);
    convergence.observed("one", 1);

    assertThat(convergence.behind()).containsExactly("one: 1 of 2", "two: 0 of 1");

    convergence.observed("one", 2);
    convergence.observed("two", 3);
    assertThat(convergence.behind()).isEmpty();
  }

  @Test
  void goingBackIsNeverRight() {
    convergence.observed("one", 3);
    convergence.observed("one", 3);
    convergence.observed("one", 2);

    assertThat(convergence.backwards()).containsExactly("one: from 3 back to 2");
  }
}
