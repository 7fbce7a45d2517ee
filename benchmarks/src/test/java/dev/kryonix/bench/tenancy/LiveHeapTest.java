package dev.kryonix.bench.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LiveHeapTest {
  @Test
  void theLastLineOfAHistogramHoldsTheBytes() {
    String histogram =
        """
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:         20414        1628704  [B (java.base@25)
        Total        187420       11530024
        """;

    assertThat(LiveHeap.total(histogram)).isEqualTo(11_530_024);
  }

  @Test
  void thisProcessHasLiveObjects() throws Exception {
    assertThat(LiveHeap.bytes(ProcessHandle.current().pid())).isBetween(1L << 20, 1L << 30);
  }
}
