package dev.kryonix.kit.telemetry;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Gives each call that is sampled a span, and every call its place in the trace. */
final class ServerSpans implements ServerInterceptor {
  /** Asked by machines from time to time, which is nobody's trace. */
  private static final String OF_GRPC = "grpc.";

  private final Tracing tracing;

  ServerSpans(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String name = call.getMethodDescriptor().getFullMethodName();
    if (name.startsWith(OF_GRPC)) {
      return next.startCall(call, headers);
    }
    CallTrace trace = tracing.accept(headers).with(TraceState.in(headers));
    Context context = Context.current().withValue(CallTrace.KEY, trace);
    Span span = trace.span();
    if (span == null) {
      return Contexts.interceptCall(context, call, headers, next);
    }
    RpcSpans.rpc(span, name);
    peer(span, call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    return new Left<>(
        Contexts.interceptCall(context, new Closed<>(call, span), headers, next), span);
  }

  private static void peer(Span span, @Nullable Object address) {
    if (address instanceof InetSocketAddress peer) {
      span.setAttribute("network.peer.address", peer.getAddress().getHostAddress());
      span.setAttribute("network.peer.port", peer.getPort());
    }
  }

  private static final class Closed<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Span span;

    Closed(ServerCall<Q, R> call, Span span) {
      super(call);
      this.span = span;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      RpcSpans.end(span, SpanKind.SERVER, status.getCode());
      super.close(status, trailers);
    }
  }

  /** A caller that leaves ends the call, whatever the service still does for it. */
  private static final class Left<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Span span;

    Left(ServerCall.Listener<Q> listener, Span span) {
      super(listener);
      this.span = span;
    }

    @Override
    public void onCancel() {
      RpcSpans.end(span, SpanKind.SERVER, Status.Code.CANCELLED);
      super.onCancel();
    }
  }
}
