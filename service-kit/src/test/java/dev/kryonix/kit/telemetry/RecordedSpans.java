package dev.kryonix.kit.telemetry;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps the spans that end, instead of sending them. */
final class RecordedSpans implements SpanExporter {
  private final List<SpanData> ended = new CopyOnWriteArrayList<>();

  /** Traces that are recorded here. */
  Tracing tracing(Sampler sampler, boolean asksParent) {
    return new Tracing(
        new SpanExport(
            SdkTracerProvider.builder()
                .setIdGenerator(new RootIds())
                .setSampler(sampler)
                .addSpanProcessor(SimpleSpanProcessor.create(this))
                .build(),
            asksParent));
  }

  List<SpanData> ended() {
    return ended;
  }

  /** The only one of that name that has ended. */
  SpanData one(String name, SpanKind kind) {
    List<SpanData> found =
        ended.stream().filter(s -> s.getName().equals(name) && s.getKind() == kind).toList();
    if (found.size() != 1) {
      throw new AssertionError("not one span of " + name + " but " + ended);
    }
    return found.getFirst();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    ended.addAll(spans);
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
