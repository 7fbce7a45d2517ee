package dev.kryonix.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PerformancePageTest {
  @Test
  void aSectionIsWrittenAnewAndTheRestStays() {
    String page = PerformancePage.with("# Performance\n", "gateway", "old");
    page = PerformancePage.with(page, "cache", "cache's");
    page = PerformancePage.with(page + "\nBy hand.\n", "gateway", "new");

    assertThat(page)
        .isEqualTo(
            """
            # Performance

            <!-- made by ./kryonix bench gateway -->
            new
            <!-- end of gateway -->

            <!-- made by ./kryonix bench cache -->
            cache's
            <!-- end of cache -->

            By hand.
            """);
  }

  @Test
  void writingTheSameTwiceChangesNothing() {
    String once = PerformancePage.with("# Performance\n", "gateway", "figures\n");

    assertThat(PerformancePage.with(once, "gateway", "figures\n")).isEqualTo(once);
  }
}
