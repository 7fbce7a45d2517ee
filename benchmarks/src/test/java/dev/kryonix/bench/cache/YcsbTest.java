package dev.kryonix.bench.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.bench.load.Sample;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import site.ycsb.ByteArrayByteIterator;
import site.ycsb.ByteIterator;

class YcsbTest {
  private static final String OUTPUT =
      """
      [OVERALL], RunTime(ms), 1000
      [OVERALL], Throughput(ops/sec), 12345.5
      [READ], Operations, 500
      [READ], 95thPercentileLatency(us), 700
      [READ], 99thPercentileLatency(us), 1234
      [READ], Return=OK, 500
      [UPDATE], 99thPercentileLatency(us), 9999
      """;

  @Test
  void readsTheRateAndTheLatencyOfReads() {
    Sample sample = Ycsb.parse(OUTPUT);

    assertThat(sample.perSecond()).isEqualTo(12345.5);
    assertThat(sample.p95()).isEqualTo(700);
    assertThat(sample.p99()).isEqualTo(1234);
  }

  @Test
  void aRunInWhichOperationsFailedIsNoRun() {
    assertThatThrownBy(() -> Ycsb.parse(OUTPUT + "[READ], Return=NOT_FOUND, 3\n"))
        .hasMessageContaining("NOT_FOUND");
  }

  @Test
  void aRecordIsOneValueWithAllOfItsFields() {
    Map<String, ByteIterator> fields =
        Map.of("field0", bytes("um"), "field1", bytes(""), "field2", bytes("três"));

    Map<String, byte[]> read = YcsbBinding.record(YcsbBinding.bytes(fields));

    assertThat(read).hasSize(3);
    assertThat(read.get("field0")).isEqualTo("um".getBytes(StandardCharsets.UTF_8));
    assertThat(read.get("field1")).isEmpty();
    assertThat(read.get("field2")).isEqualTo("três".getBytes(StandardCharsets.UTF_8));
  }

  private static ByteIterator bytes(String text) {
    return new ByteArrayByteIterator(text.getBytes(StandardCharsets.UTF_8));
  }
}
