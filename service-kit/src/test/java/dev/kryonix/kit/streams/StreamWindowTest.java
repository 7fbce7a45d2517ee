package dev.kryonix.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StreamWindowTest {
  private static final int MIB = 1 << 20;

  @Test
  void itOpensWithSmallRequestsAndClosesAtOnceWithLargeOnes() {
    StreamWindow window = new StreamWindow(16 * MIB, 16, 1024);
    assertThat(window.size()).isEqualTo(16);

    for (int i = 0; i < 2000; i++) {
      window.answered(100);
    }
    assertThat(window.size()).isEqualTo(1024);

    window.answered(MIB);
    assertThat(window.size()).isEqualTo(16);
    for (int i = 0; i < 10_000; i++) {
      window.answered(100);
    }
    assertThat(window.size()).isEqualTo(1024);
  }
}
