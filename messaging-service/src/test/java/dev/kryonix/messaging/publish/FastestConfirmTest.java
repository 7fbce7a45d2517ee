package dev.kryonix.messaging.publish;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FastestConfirmTest {
  private static final long PART = FastestConfirm.PART.toNanos();

  private final FastestConfirm fastest = new FastestConfirm(0);

  @Test
  void nothingIsKnownBeforeTheFirst() {
    assertThat(fastest.nanos()).isZero();
  }

  @Test
  void theLeastCounts() {
    fastest.note(300, 1);
    fastest.note(100, 2);
    fastest.note(200, 3);

    assertThat(fastest.nanos()).isEqualTo(100);
  }

  @Test
  void theLeastIsForgottenInTheEnd() {
    fastest.note(100, 1);
    for (int minute = 1; minute < 10; minute++) {
      fastest.note(200, minute * PART);
      assertThat(fastest.nanos()).isEqualTo(100);
    }

    fastest.note(200, 10 * PART);

    assertThat(fastest.nanos()).isEqualTo(200);
  }
}
