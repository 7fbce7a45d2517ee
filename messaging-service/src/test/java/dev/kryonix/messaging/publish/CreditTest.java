package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CreditTest {
  private final Credit credit = new Credit();
  private final long now = System.nanoTime();

  @Test
  void whatIsAnsweredIsAskedForTogether() {
    answer(Credit.AT_ONCE - 1, false);
    assertThat(credit.take(now)).isZero();
    answer(1, false);
    assertThat(credit.take(now)).isEqualTo(Credit.AT_ONCE);
    assertThat(credit.take(now)).isZero();
  }

  @Test
  void whatIsRefusedComesBackSlowlyAndAllOfItInTheEnd() {
    answer(3 * Credit.AT_ONCE, true);
    assertThat(credit.take(now)).isEqualTo(Credit.AT_ONCE);
    assertThat(credit.take(now)).isZero();
    assertThat(credit.take(now + Credit.PAUSE.toNanos())).isEqualTo(Credit.AT_ONCE);
    assertThat(credit.isHeldBack()).isTrue();
    assertThat(credit.take(now + 2 * Credit.PAUSE.toNanos())).isEqualTo(Credit.AT_ONCE);
    assertThat(credit.isHeldBack()).isFalse();
  }

  @Test
  void refusalsHoldNothingBackOfWhatIsAccepted() {
    answer(1000, true);
    assertThat(credit.take(now)).isEqualTo(Credit.AT_ONCE);
    answer(Credit.AT_ONCE, false);
    assertThat(credit.take(now)).isEqualTo(Credit.AT_ONCE);
  }

  private void answer(int messages, boolean tooMuch) {
    for (int i = 0; i < messages; i++) {
      credit.answered(tooMuch);
    }
  }
}
