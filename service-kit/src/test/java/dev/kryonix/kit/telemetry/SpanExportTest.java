package dev.kryonix.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.SpanKind;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SpanExportTest {
  private static final String ENDPOINT = "otel.exporter.otlp.endpoint";

  /** Nothing listens on the port of the discard service. */
  private static final String AWAY = "http://127.0.0.1:9";

  private static final String ANY = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0";

  private final MeterRegistry metrics = new SimpleMeterRegistry();

  @Test
  void itIsOffUnlessACollectorIsNamed() {
    assertThat(of(Map.of())).isNull();
    assertThat(of(Map.of(ENDPOINT, " "))).isNull();
    assertThat(of(Map.of("otel.traces.sampler", "always_on"))).isNull();
  }

  @Test
  void itCanBeTurnedOffThoughACollectorIsNamed() {
    assertThat(of(Map.of(ENDPOINT, AWAY, "otel.sdk.disabled", "true"))).isNull();
    assertThat(of(Map.of(ENDPOINT, AWAY, "otel.traces.exporter", "none"))).isNull();
  }

  @Test
  void byDefaultItDoesAsTheCallerDoesAndRecordsWhatBeginsHere() {
    SpanExport export = export(Map.of(ENDPOINT, AWAY));

    assertThat(export.samples(ANY + "1")).isTrue();
    assertThat(export.samples(ANY + "0")).isFalse();
    assertThat(export.samplesRoot("0af7651916cd43dd8448eb211c80319c")).isTrue();
  }

  @Test
  void theStandardSettingsChooseTheSampler() {
    SpanExport few =
        export(
            Map.of(
                "otel.exporter.otlp.traces.endpoint",
                AWAY + "/v1/traces",
                "otel.traces.sampler",
                "parentbased_traceidratio",
                "otel.traces.sampler.arg",
                "0.5"));
    SpanExport alone = export(Map.of(ENDPOINT, AWAY, "otel.traces.sampler", "always_off"));

    assertThat(few.samples(ANY + "1")).isTrue();
    assertThat(few.samplesRoot("0000000000000000" + "0000000000000001")).isTrue();
    assertThat(few.samplesRoot("0000000000000000" + "7fffffffffffffff")).isFalse();
    assertThat(alone.samples(ANY + "1")).isFalse();
  }

  @Test
  void aSettingThatIsWrongIsNamed() {
    assertThatThrownBy(() -> of(Map.of(ENDPOINT, AWAY, "otel.traces.sampler", "some")))
        .hasMessageContaining("otel.traces.sampler")
        .hasMessageContaining("some");
    assertThatThrownBy(() -> of(Map.of(ENDPOINT, "collector:4318")))
        .hasMessageContaining("collector:4318");
    assertThatThrownBy(() -> of(Map.of(ENDPOINT, AWAY, "otel.exporter.otlp.protocol", "grpc")))
        .hasMessageContaining("otel.exporter.otlp.protocol");
  }

  @Test
  void aCollectorThatHangsHoldsUpTheStopForSomeSecondsAtMost() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      SpanExport export = recording("http://127.0.0.1:" + silent.getLocalPort());

      long began = System.nanoTime();
      export.close();

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
    }
  }

  @Test
  void whatNoCollectorTookIsCounted() {
    recording(AWAY).close();

    assertThat(metrics.counter("kryonix.spans.ended").count()).isEqualTo(1);
    assertThat(metrics.counter("kryonix.spans.exported").count()).isZero();
  }

  /** With one span that waits to be sent. */
  private SpanExport recording(String endpoint) {
    // The collector itself is waited for much longer than any stop may take.
    SpanExport export =
        Objects.requireNonNull(
            of(Map.of(ENDPOINT, endpoint, "otel.exporter.otlp.timeout", "120000")));
    export.root(SpanKind.SERVER, "0af7651916cd43dd8448eb211c80319c").end();
    return export;
  }

  private @Nullable SpanExport of(Map<String, String> settings) {
    return SpanExport.of("cache", settings, metrics);
  }

  private SpanExport export(Map<String, String> settings) {
    SpanExport export = Objects.requireNonNull(of(settings));
    export.close();
    return export;
  }
}
