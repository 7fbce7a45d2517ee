package dev.kryonix.messaging.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AllowanceTest {
  @Test
  void aFloodedLaneLeavesAPlaceForEachOther() {
    Allowance allowance = new Allowance(new Limits(10, Long.MAX_VALUE), () -> {});
    allowance.serveFrom(3);
    int low = 0;
    while (allowance.hasRoom("low")) {
      allowance.take("low", 1);
      low++;
    }
    assertThat(low).as("ten but for the two other lanes").isEqualTo(8);
    for (int i = 0; i < 2; i++) {
      assertThat(allowance.hasRoom("high")).isTrue();
      allowance.take("high", 1);
    }
    assertThat(allowance.hasRoom("high")).isFalse();
  }

  @Test
  void theOnlyLaneMayTakeAll() {
    Allowance allowance = new Allowance(new Limits(10, Long.MAX_VALUE), () -> {});
    for (int i = 0; i < 10; i++) {
      assertThat(allowance.hasRoom("low")).isTrue();
      allowance.take("low", 1);
    }
    assertThat(allowance.hasRoom("low")).isFalse();
  }

  @Test
  void bytesBoundWhatIsHeldButForOneMessage() {
    Allowance allowance = new Allowance(new Limits(10, 100), () -> {});
    allowance.take("low", 500);
    assertThat(allowance.hasRoom("low")).isFalse();
    allowance.giveBack("low", 500);
    assertThat(allowance.hasRoom("low")).isTrue();
  }
}
