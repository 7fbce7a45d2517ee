package dev.kryonix.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2loadReportTest {
  private static final String OUTPUT =
      """
      finished in 1.00s, 46123.50 req/s, 5.52MB/s
      requests: 46123 total, 46187 started, 46123 done, 46120 succeeded, 3 failed, 2 errored, 1 timeout
      status codes: 46184 2xx, 0 3xx, 0 4xx, 3 5xx
      traffic: 5.52MB (5650000) total, 3.75MB (3840000) headers (space savings 91.20%), 1.25MB (1310000) data
      """;

  @Test
  void readsWhatCounts() {
    assertThat(H2loadReport.parse(OUTPUT))
        .isEqualTo(new H2loadReport(46123.5, 46120, 4, 1_310_000));
  }

  @Test
  void whatIsNoReportIsSaidAsItIs() {
    assertThatThrownBy(() -> H2loadReport.parse("could not resolve host\n"))
        .hasMessage("h2load said: could not resolve host");
  }

  @Test
  void latenciesAreTheLastColumnOfTheLogWithoutFailures(@TempDir Path folder) throws IOException {
    Path log =
        Files.writeString(
            folder.resolve("log"),
            "1795225950000001\t200\t120\n1795225950000002\t-1\t-1\n1\t200\t80\n");

    Latencies latencies = H2loadReport.latencies(log);

    assertThat(latencies.count()).isEqualTo(2);
    assertThat(latencies.percentile(100)).isEqualTo(120);
  }
}
