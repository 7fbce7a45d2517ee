package dev.kryonix.bench.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.bench.messaging.Costs.Spent;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PerfTestLineTest {
  private static final String PUBLISHING =
      "id: test-1, time 3.000 s, sent: 17723 msg/s, returned: 0 msg/s, confirmed: 17600 msg/s, nacked: 0 msg/s, "
          + "min/median/75th/95th/99th confirm latency: 2911/50125/61099/80123/99321 µs";
  private static final String BOTH =
      "id: test-1, time 4.000 s, sent: 9000 msg/s, returned: 0 msg/s, confirmed: 9100 msg/s, nacked: 0 msg/s, "
          + "received: 8800 msg/s, min/median/75th/95th/99th consumer latency: 1/2/3/4/5 µs, "
          + "confirm latency: 6/7/8/9/10 µs";

  @Test
  void readsRatesAndPercentiles() {
    assertThat(PerfTestLine.parse(PUBLISHING))
        .contains(
            new PerfTestLine(
                17600, 0, new PerfTestLine.Micros(50125, 80123, 99321), PerfTestLine.Micros.NONE));
    assertThat(PerfTestLine.parse(BOTH))
        .contains(
            new PerfTestLine(
                9100, 8800, new PerfTestLine.Micros(7, 9, 10), new PerfTestLine.Micros(2, 4, 5)));
  }

  @Test
  void otherLinesAreNoFigures() {
    assertThat(PerfTestLine.parse("id: test-1, starting producer #0")).isEmpty();
    assertThat(PerfTestLine.parse("id: test-1, sending rate avg: 17723 msg/s")).isEmpty();
  }

  @Test
  void whenBothPublishAndConsumeTheSlowerCounts() {
    Reading reading =
        PerfTestLine.reading(
            List.of(PerfTestLine.parse(BOTH).orElseThrow()), new Spent(2, 1, 1, 0, 1));

    assertThat(reading.perSecond()).isEqualTo(8800);
    assertThat(reading.p95()).isEqualTo(4);
    assertThat(reading.cpu().broker()).isEqualTo(1e6 / 17600);
  }
}
