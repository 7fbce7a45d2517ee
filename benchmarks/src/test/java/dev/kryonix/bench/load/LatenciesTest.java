package dev.kryonix.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
  @Test
  void aPercentileIsTheNearestRankWhateverTheOrder() {
    Latencies latencies = new Latencies(LongStream.rangeClosed(1, 100).map(i -> 101 - i).toArray());

    assertThat(latencies.percentile(50)).isEqualTo(50);
    assertThat(latencies.percentile(99)).isEqualTo(99);
    assertThat(latencies.percentile(99.5)).isEqualTo(100);
    assertThat(latencies.percentile(100)).isEqualTo(100);
  }

  @Test
  void oneCallIsEveryPercentile() {
    Latencies latencies = new Latencies(new long[] {7});

    assertThat(latencies.percentile(0)).isEqualTo(7);
    assertThat(latencies.percentile(99)).isEqualTo(7);
  }

  @Test
  void noCallIsNoNumber() {
    assertThat(new Latencies(new long[0]).percentile(50)).isNaN();
  }
}
