package dev.kryonix.kit.telemetry;

import io.grpc.Context;
import io.grpc.Metadata;
import io.opentelemetry.api.trace.Span;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a call stands in its trace.
 *
 * @param parent the traceparent of the calls that are made for it; empty outside of a trace
 * @param state the tracestate of those; empty when there is none
 * @param span the call's own span; null unless it is recorded
 */
public record CallTrace(String parent, String state, @Nullable Span span) {
  public static final CallTrace NONE = new CallTrace("", "", null);

  /** Rides with the call, wherever its deadline does. */
  static final Context.Key<CallTrace> KEY = Context.keyWithDefault("trace", NONE);

  /** That of the call that is being served; NONE outside of one. */
  public static CallTrace current() {
    return KEY.get();
  }

  /** The trace's id; empty outside of a trace. */
  public String traceId() {
    return parent.isEmpty() ? "" : TraceParent.traceId(parent);
  }

  /** The headers of W3C Trace Context, for what goes on by another way than gRPC. */
  public Map<String, String> headers() {
    if (parent.isEmpty()) {
      return Map.of();
    }
    return state.isEmpty()
        ? Map.of(TraceParent.HEADER.name(), parent)
        : Map.of(TraceParent.HEADER.name(), parent, TraceState.HEADER.name(), state);
  }

  CallTrace with(String given) {
    return given.isEmpty() ? this : new CallTrace(parent, given, span);
  }

  void write(Metadata headers) {
    TraceParent.set(headers, parent);
    if (!state.isEmpty()) {
      headers.discardAll(TraceState.HEADER);
      headers.put(TraceState.HEADER, state);
    }
  }
}
