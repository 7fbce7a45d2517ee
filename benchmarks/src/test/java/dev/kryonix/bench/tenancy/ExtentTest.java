package dev.kryonix.bench.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExtentTest {
  @Test
  void theBrokerIsLookedAtAtRoundSizesAndAtTheLast() {
    assertThat(Extent.full(1000).sizes()).containsExactly(100, 300, 1000);
    assertThat(Extent.full(250).sizes()).containsExactly(100, 250);
    assertThat(Extent.quick(30).sizes()).containsExactly(30);
  }
}
