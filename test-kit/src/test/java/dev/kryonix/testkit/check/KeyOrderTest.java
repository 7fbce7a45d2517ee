package dev.kryonix.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KeyOrderTest {
  private final KeyOrder order = new KeyOrder();

  @Test
  void whatWasConfirmedLaterMustNotComeFirst() {
    confirmed("key", 1, 2, 3);
    delivered("key", 1, 3, 2);

    assertThat(order.violations()).containsExactly("key: 3 came before 2");
  }

  @Test
  void whatCameBeforeMayComeAgainWithWhatIsBehindIt() {
    confirmed("key", 1, 2, 3, 4);
    delivered("key", 1, 2, 3, 2, 3, 4);

    assertThat(order.violations()).isEmpty();
  }

  @Test
  void keysGoBesideEachOther() {
    confirmed("one", 1, 2);
    confirmed("two", 1, 2);
    delivered("two", 1, 2);
    delivered("one", 1, 2);

    assertThat(order.violations()).isEmpty();
  }

  @Test
  void whatNobodyKnowsOfHasNoPlace() {
    confirmed("key", 1, 3);
    delivered("key", 3, 2, 1);

    assertThat(order.violations()).containsExactly("key: 3 came before 1");
  }

  private void confirmed(String key, long... numbers) {
    for (long number : numbers) {
      order.confirmed(key, number);
    }
  }

  private void delivered(String key, long... numbers) {
    for (long number : numbers) {
      order.delivered(key, number);
    }
  }
}
