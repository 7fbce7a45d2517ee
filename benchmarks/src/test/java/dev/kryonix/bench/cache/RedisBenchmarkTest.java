package dev.kryonix.bench.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.bench.load.Sample;
import org.junit.jupiter.api.Test;

class RedisBenchmarkTest {
  @Test
  void readsTheLastLineOfItsCsv() {
    Sample sample =
        RedisBenchmark.parse(
            """
            "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
            "GET","83333.34","0.310","0.100","0.295","0.511","0.903","1.200"
            """);

    assertThat(sample.perSecond()).isEqualTo(83333.34);
    assertThat(sample.p50()).isEqualTo(295);
    assertThat(sample.p95()).isEqualTo(511);
    assertThat(sample.p99()).isEqualTo(903);
  }

  @Test
  void whatItSaysElseIsNoFigure() {
    assertThatThrownBy(() -> RedisBenchmark.parse("Error: NOAUTH Authentication required.\n"))
        .hasMessageContaining("NOAUTH");
  }
}
