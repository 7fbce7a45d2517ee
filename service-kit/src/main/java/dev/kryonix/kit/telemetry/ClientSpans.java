package dev.kryonix.kit.telemetry;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import org.jspecify.annotations.Nullable;

/** Takes the trace of the call that is being served along to the calls that are made for it. */
final class ClientSpans implements ClientInterceptor {
  private final Tracing tracing;

  ClientSpans(Tracing tracing) {
    this.tracing = tracing;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new Traced<>(
        next.newCall(method, options), CallTrace.current(), method, next.authority());
  }

  private final class Traced<Q, R> extends SimpleForwardingClientCall<Q, R> {
    private final CallTrace within;
    private final MethodDescriptor<Q, R> method;
    private final @Nullable String server;

    Traced(
        ClientCall<Q, R> call,
        CallTrace within,
        MethodDescriptor<Q, R> method,
        @Nullable String server) {
      super(call);
      this.within = within;
      this.method = method;
      this.server = server;
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
      CallTrace trace = tracing.call(within);
      trace.write(headers);
      Span span = trace.span();
      if (span == null) {
        super.start(listener, headers);
        return;
      }
      RpcSpans.rpc(span, method.getFullMethodName());
      server(span, server);
      try {
        super.start(new Ended<>(listener, span), headers);
      } catch (RuntimeException e) {
        // What was never started never ends.
        RpcSpans.end(span, SpanKind.CLIENT, Status.Code.UNKNOWN);
        throw e;
      }
    }
  }

  private static void server(Span span, @Nullable String authority) {
    int colon = authority == null ? -1 : authority.lastIndexOf(':');
    if (authority != null && colon > 0) {
      span.setAttribute("server.address", authority.substring(0, colon));
      span.setAttribute("server.port", Long.parseLong(authority.substring(colon + 1)));
    }
  }

  private static final class Ended<R> extends SimpleForwardingClientCallListener<R> {
    private final Span span;

    Ended(ClientCall.Listener<R> listener, Span span) {
      super(listener);
      this.span = span;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      RpcSpans.end(span, SpanKind.CLIENT, status.getCode());
      super.onClose(status, trailers);
    }
  }
}
