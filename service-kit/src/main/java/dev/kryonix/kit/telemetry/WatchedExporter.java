package dev.kryonix.kit.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the spans that a collector took, and says so in one line, once in a while, when it takes
 * none.
 */
final class WatchedExporter implements SpanExporter {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedExporter.class);
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  /** Says the same with a stack trace each; kept here, since a logger nobody holds forgets this. */
  private static final java.util.logging.Logger SENDERS_OWN =
      java.util.logging.Logger.getLogger("io.opentelemetry.exporter");

  private final SpanExporter collector;
  private final Counter exported;
  private final AtomicLong unsaid = new AtomicLong();
  private final AtomicLong silentUntil = new AtomicLong(System.nanoTime());

  WatchedExporter(SpanExporter collector, MeterRegistry metrics) {
    SENDERS_OWN.setLevel(Level.OFF);
    this.collector = collector;
    this.exported =
        Counter.builder("kryonix.spans.exported")
            .description("Spans that the collector took")
            .register(metrics);
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    int count = spans.size();
    CompletableResultCode result = collector.export(spans);
    result.whenComplete(
        () -> {
          if (result.isSuccess()) {
            exported.increment(count);
          } else {
            lost(count, innermost(result.getFailureThrowable()));
          }
        });
    return result;
  }

  private void lost(int count, String why) {
    unsaid.addAndGet(count);
    long now = System.nanoTime();
    long until = silentUntil.get();
    if (now - until >= 0 && silentUntil.compareAndSet(until, now + PAUSE_NANOS)) {
      LOG.warn("{} spans are lost, the collector did not take them: {}", unsaid.getAndSet(0), why);
    }
  }

  private static String innermost(@Nullable Throwable thrown) {
    Throwable cause = thrown;
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause);
  }

  @Override
  public CompletableResultCode flush() {
    return collector.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return collector.shutdown();
  }
}
