package dev.kryonix.gateway.access;

import dev.kryonix.kit.telemetry.CallTrace;
import dev.kryonix.kit.telemetry.Tracing;
import io.grpc.Metadata;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts every call that ends, ends its span, and has it written, unless the log is off. */
@Singleton
public final class AccessLog {
  private static final String NONE = "none";

  private final Tracing tracing;
  private final MeterRegistry metrics;
  private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
  private final AccessWriter writer;

  AccessLog(AccessConfig config, Tracing tracing, MeterRegistry metrics) {
    this.tracing = tracing;
    this.metrics = metrics;
    this.writer = AccessWriter.start(config, metrics);
  }

  /** Begins the record of a call. */
  public CallRecord begin(Protocol protocol) {
    return new CallRecord(this, protocol);
  }

  /** Takes the call into the trace of its headers. */
  CallTrace trace(Metadata headers) {
    return tracing.accept(headers);
  }

  void ended(CallRecord call) {
    if (!call.rpc.isEmpty()) {
      count(call);
    }
    Span span = call.trace.span();
    if (span != null) {
      CallSpan.end(span, call);
    }
    writer.write(call);
  }

  private void count(CallRecord call) {
    Status.Code code = call.code == null ? Status.Code.UNKNOWN : call.code;
    String plan = call.caller == null || call.caller.plan().isEmpty() ? NONE : call.caller.plan();
    counters
        .computeIfAbsent(new Key(call.rpc, call.protocol, code, plan), this::counter)
        .increment();
  }

  private Counter counter(Key key) {
    int slash = key.rpc().indexOf('/');
    return Counter.builder("kryonix.gateway.calls")
        .description("Calls that ended, by the status that the caller saw and its tenant's plan")
        .tag("service", key.rpc().substring(0, slash))
        .tag("method", key.rpc().substring(slash + 1))
        .tag("protocol", key.protocol().text())
        .tag("code", key.code().name())
        .tag("plan", key.plan())
        .register(metrics);
  }

  @PreDestroy
  void close() {
    writer.close();
  }

  private record Key(String rpc, Protocol protocol, Status.Code code, String plan) {}
}
