package dev.kryonix.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String SAMPLED = "00-" + TRACE + "-" + PARENT + "-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-" + PARENT + "-00";

  private final RecordedSpans spans = new RecordedSpans();
  private final Tracing off = new Tracing(null);
  private final Tracing all = spans.tracing(Sampler.parentBased(Sampler.alwaysOn()), true);
  private final Tracing few =
      spans.tracing(Sampler.parentBased(Sampler.traceIdRatioBased(0.25)), true);

  @Test
  void withoutACollectorTheCallersTraceGoesOnAsItIs() {
    Metadata headers = headers(SAMPLED);

    CallTrace trace = off.accept(headers);

    assertThat(trace.span()).isNull();
    assertThat(trace.traceId()).isEqualTo(TRACE);
    assertThat(headers.get(TraceParent.HEADER)).isEqualTo(SAMPLED);
  }

  @Test
  void aCallOutsideOfATraceBeginsOneThatIsNotSampled() {
    Metadata headers = headers("nonsense");
    headers.put(TraceState.HEADER, "vendor=of-nonsense");

    CallTrace trace = off.accept(headers);

    assertThat(headers.getAll(TraceParent.HEADER)).containsExactly(trace.parent());
    assertThat(trace.parent()).matches("00-" + trace.traceId() + "-[0-9a-f]{16}-00");
    assertThat(headers.containsKey(TraceState.HEADER)).isFalse();
  }

  @Test
  void aCallerThatIsNotSampledStaysSo() {
    Metadata headers = headers(UNSAMPLED);

    assertThat(all.accept(headers).span()).isNull();

    assertThat(headers.get(TraceParent.HEADER)).isEqualTo(UNSAMPLED);
  }

  @Test
  void theSpanOfASampledCallIsTheParentOfWhatFollows() {
    Metadata headers = headers(SAMPLED);
    headers.put(TraceState.HEADER, "one=1");
    headers.put(TraceState.HEADER, "two=2");

    Span span = Objects.requireNonNull(all.accept(headers).span());
    RpcSpans.rpc(span, "a.B/C");
    RpcSpans.end(span, SpanKind.SERVER, Status.Code.OK);

    SpanData data = spans.one("a.B/C", SpanKind.SERVER);
    assertThat(data.getTraceId()).isEqualTo(TRACE);
    assertThat(data.getParentSpanId()).isEqualTo(PARENT);
    assertThat(data.getParentSpanContext().isRemote()).isTrue();
    assertThat(data.getSpanContext().getTraceState().asMap())
        .containsEntry("one", "1")
        .containsEntry("two", "2");
    assertThat(headers.getAll(TraceParent.HEADER))
        .containsExactly("00-" + TRACE + "-" + data.getSpanId() + "-01");
    assertThat(headers.getAll(TraceState.HEADER)).containsExactly("one=1", "two=2");
  }

  @Test
  void aShareOfTheTracesThatBeginHereIsRecordedAndTheirIdsTellWhich() {
    Sampler share = Sampler.traceIdRatioBased(0.25);

    for (int i = 0; i < 2000; i++) {
      CallTrace trace = few.accept(new Metadata());
      Span span = trace.span();
      boolean chosen = samples(share, trace.traceId());
      assertThat(span != null).isEqualTo(chosen).isEqualTo(trace.parent().endsWith("-01"));
      if (span != null) {
        span.end();
      }
    }

    // Of 2000 a quarter; five standard deviations are about a hundred.
    assertThat(spans.ended()).hasSizeBetween(400, 600);
    assertThat(spans.ended()).noneMatch(span -> span.getParentSpanContext().isValid());
  }

  @Test
  void aSamplerThatDoesNotAskTheCallerDecidesForThoseBehindToo() {
    Tracing none = spans.tracing(Sampler.alwaysOff(), false);
    Tracing each = spans.tracing(Sampler.alwaysOn(), false);
    Metadata asked = headers(SAMPLED);
    Metadata unasked = headers(UNSAMPLED);

    assertThat(none.accept(asked).span()).isNull();
    assertThat(each.accept(unasked).span()).isNotNull();

    assertThat(asked.get(TraceParent.HEADER)).isEqualTo(UNSAMPLED);
    assertThat(unasked.get(TraceParent.HEADER)).startsWith("00-" + TRACE).endsWith("-01");
  }

  @Test
  void aCallThatIsNotSampledAllocatesNoMoreThanWithoutACollector() {
    Metadata unsampled = headers(UNSAMPLED);

    assertThat(allocated(all, unsampled)).isEqualTo(allocated(off, unsampled));
  }

  private static boolean samples(Sampler sampler, String traceId) {
    return sampler
            .shouldSample(
                Context.root(), traceId, "", SpanKind.SERVER, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }

  /** Bytes for a thousand calls, once everything is warm. */
  private static long allocated(Tracing tracing, Metadata headers) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = 0;
    for (int round = 0; round < 5; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        tracing.accept(headers);
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }
    return bytes;
  }

  private static Metadata headers(String parent) {
    Metadata headers = new Metadata();
    headers.put(TraceParent.HEADER, parent);
    return headers;
  }
}
