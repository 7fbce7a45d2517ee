package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CreditTest {
  private static final int MIB = 1 << 20;

  private final Credit credit = new Credit();
  private final long now = System.nanoTime();

  @Test
  void aStreamOfSmallMessagesIsAskedForTheWholeWindow() {
    int outstanding = credit.first();
    while (outstanding < Credit.MOST) {
      answer(outstanding, 100, false);
      int more = credit.take(Credit.MOST, now);
      assertThat(more).isGreaterThan(outstanding);
      outstanding = more;
    }

    assertThat(outstanding).isEqualTo(Credit.MOST);
    answer(Credit.AT_ONCE - 1, 100, false);
    assertThat(credit.take(Credit.MOST, now)).isZero();
    answer(1, 100, false);
    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.AT_ONCE);
    assertThat(credit.take(Credit.MOST, now)).isZero();
  }

  @Test
  void largeMessagesAreAskedForAFewAtATime() {
    answer(credit.first(), MIB, false);
    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.LEAST);
    answer(Credit.LEAST, MIB, false);
    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.LEAST);
  }

  @Test
  void aLargeMessageAmongSmallOnesClosesTheWindowUntilEnoughIsAnswered() {
    open();
    answer(1, MIB, false);
    answer(900, 100, false);
    assertThat(credit.take(Credit.MOST, now)).isZero();
  }

  @Test
  void whatIsRefusedComesBackSlowlyAndAllOfItInTheEnd() {
    open();
    answer(3 * Credit.BACK_AT_ONCE, 100, true);
    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.BACK_AT_ONCE);
    assertThat(credit.take(Credit.MOST, now)).isZero();
    assertThat(credit.take(Credit.MOST, now + Credit.PAUSE.toNanos()))
        .isEqualTo(Credit.BACK_AT_ONCE);
    assertThat(credit.isHeldBack()).isTrue();
    assertThat(credit.take(Credit.MOST, now + 2 * Credit.PAUSE.toNanos()))
        .isEqualTo(Credit.BACK_AT_ONCE);
    assertThat(credit.isHeldBack()).isFalse();
  }

  @Test
  void refusalsHoldNothingBackOfWhatIsAccepted() {
    open();
    answer(800, 100, true);
    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.BACK_AT_ONCE);
    answer(Credit.AT_ONCE, 100, false);
    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.AT_ONCE);
  }

  @Test
  void noMoreIsAskedForThanTheShareUntilSoMuchIsAnswered() {
    open();
    answer(Credit.MOST - 32, 100, false);
    assertThat(credit.take(32, now)).isZero();
    answer(15, 100, false);
    assertThat(credit.take(32, now)).isZero();
    answer(1, 100, false);
    assertThat(credit.take(32, now)).isEqualTo(16);

    assertThat(credit.take(Credit.MOST, now)).isEqualTo(Credit.MOST - 32);
  }

  @Test
  void aShareOfOneIsAskedForOneByOne() {
    answer(credit.first(), 100, false);
    assertThat(credit.take(1, now)).isEqualTo(1);
    assertThat(credit.take(1, now)).isZero();
    answer(1, 100, false);
    assertThat(credit.take(1, now)).isEqualTo(1);
  }

  private void open() {
    int outstanding = credit.first();
    while (outstanding < Credit.MOST) {
      answer(outstanding, 100, false);
      outstanding = credit.take(Credit.MOST, now);
    }
  }

  private void answer(int messages, long bytes, boolean tooMuch) {
    for (int i = 0; i < messages; i++) {
      credit.answered(bytes, tooMuch);
    }
  }
}
