package dev.kryonix.kit.errors;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends a call that threw, or that closed with an exception, with a status and details from {@link
 * WireErrors}. Nothing but what stands there reaches a caller.
 */
public final class ErrorsInterceptor implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Translated<Q, R> translated = new Translated<>(call);
    try {
      return new Guarded<>(next.startCall(translated, headers), translated);
    } catch (RuntimeException e) {
      translated.fail(e);
      return new ServerCall.Listener<>() {};
    }
  }

  private static final class Translated<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final AtomicBoolean closed = new AtomicBoolean();

    Translated(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      if (status.isOk() || WireErrors.hasDetails(trailers)) {
        super.close(status, trailers);
        return;
      }
      ServiceException refusal = translate(status);
      super.close(WireErrors.status(refusal), WireErrors.trailers(refusal, trailers));
    }

    private ServiceException translate(Status status) {
      String method = getMethodDescriptor().getFullMethodName();
      Throwable cause = status.getCause();
      if (status.getCode() == Status.Code.UNIMPLEMENTED && cause == null) {
        return CommonErrors.notImplemented(method);
      }
      return WireErrors.of(cause != null ? cause : status.asRuntimeException(), method);
    }

    void fail(RuntimeException e) {
      close(Status.UNKNOWN.withCause(e), new Metadata());
    }
  }

  private static final class Guarded<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Translated<Q, ?> call;

    Guarded(ServerCall.Listener<Q> delegate, Translated<Q, ?> call) {
      super(delegate);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      guard(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      guard(super::onHalfClose);
    }

    @Override
    public void onReady() {
      guard(super::onReady);
    }

    private void guard(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException e) {
        call.fail(e);
      }
    }
  }
}
