package dev.kryonix.kit.telemetry;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import org.jspecify.annotations.Nullable;

/**
 * W3C trace context through every hop, and spans of the calls that are sampled. The context travels
 * in any case, so that the logs of all services name a trace alike. A call that nobody records
 * costs no span: whether it is sampled is known before anything is made.
 */
public final class Tracing {
  private final @Nullable SpanExport export;

  /** Without an export nothing is recorded. */
  Tracing(@Nullable SpanExport export) {
    this.export = export;
  }

  /** Traces the calls that a process serves, all but gRPC's own: health and reflection. */
  public ServerInterceptor serverInterceptor() {
    return new ServerSpans(this);
  }

  /** Traces the calls that a process makes. */
  public ClientInterceptor clientInterceptor() {
    return new ClientSpans(this);
  }

  /**
   * Takes a call that came in into the trace of its headers, or begins one for it. From then on the
   * headers name this hop as the parent of what follows: its span, or when it is not recorded, the
   * caller's. Whoever accepts a call that is recorded names and ends the span.
   */
  public CallTrace accept(Metadata headers) {
    String given = TraceParent.in(headers);
    CallTrace trace = given == null ? begin(SpanKind.SERVER) : join(given, headers);
    if (!trace.parent().equals(given)) {
      TraceParent.set(headers, trace.parent());
    }
    if (given == null) {
      // What vendors say of a trace means nothing without the trace.
      headers.discardAll(TraceState.HEADER);
    }
    return trace;
  }

  /** The trace of a call that is made for another, or for none. */
  CallTrace call(CallTrace within) {
    if (within.parent().isEmpty()) {
      return begin(SpanKind.CLIENT);
    }
    Span around = within.span();
    if (around == null || export == null) {
      return within;
    }
    Span span = export.child(SpanKind.CLIENT, around);
    return new CallTrace(TraceParent.of(span.getSpanContext()), within.state(), span);
  }

  private CallTrace begin(SpanKind kind) {
    String parent = TraceParent.random();
    if (export != null) {
      String trace = TraceParent.traceId(parent);
      if (export.samplesRoot(trace)) {
        Span span = export.root(kind, trace);
        return new CallTrace(TraceParent.of(span.getSpanContext()), "", span);
      }
    }
    return new CallTrace(parent, "", null);
  }

  private CallTrace join(String given, Metadata headers) {
    if (export == null) {
      return new CallTrace(given, "", null);
    }
    if (export.samples(given)) {
      Span span = export.remoteChild(given, TraceState.in(headers));
      return new CallTrace(TraceParent.of(span.getSpanContext()), "", span);
    }
    // A sampler that doesn't ask the caller decides for those behind, too.
    return new CallTrace(
        TraceParent.isSampled(given) ? TraceParent.unsampled(given) : given, "", null);
  }

  /** Sends what has been recorded, for a bounded time. */
  void close() {
    if (export != null) {
      export.close();
    }
  }
}
