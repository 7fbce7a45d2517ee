package dev.kryonix.kit.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The bell that calls the patrol. */
final class PatrolBellTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(100);

  private final PatrolBell bell = new PatrolBell();

  @Test
  void whoeverRangBeforeIsHeard() throws InterruptedException {
    bell.ring();

    assertThat(awaiting(LONG)).isLessThan(LONG);
  }

  @Test
  void ringingWakesWhoeverWaits() throws InterruptedException {
    Thread.ofVirtual().start(bell::ring);

    assertThat(awaiting(LONG)).isLessThan(LONG);
  }

  @Test
  void ringingOftenIsRingingOnce() throws InterruptedException {
    bell.ring();
    bell.ring();
    bell.ring();
    bell.await(LONG);

    assertThat(awaiting(SHORT)).isGreaterThanOrEqualTo(SHORT);
  }

  private Duration awaiting(Duration most) throws InterruptedException {
    long before = System.nanoTime();
    bell.await(most);
    return Duration.ofNanos(System.nanoTime() - before);
  }
}
