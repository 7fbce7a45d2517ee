package dev.kryonix.kit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Counts the spans that end, so that those which no collector has got can be told. */
final class EndedSpans implements SpanProcessor {
  private final Counter ended;

  EndedSpans(MeterRegistry metrics) {
    this.ended =
        Counter.builder("kryonix.spans.ended")
            .description("Spans that were recorded, whether they reach the collector or not")
            .register(metrics);
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    // Counted when it ends.
  }

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    ended.increment();
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }
}
