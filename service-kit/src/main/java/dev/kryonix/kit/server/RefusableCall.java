package dev.kryonix.kit.server;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/**
 * A call that is refused from the connection's thread while another answers it: the first end
 * counts, and what is sent after it is for nobody. Without the order, grpc-java would write headers
 * after the end of a stream, which ends its connection with all its other calls.
 */
public final class RefusableCall<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {
  private boolean closed;

  private RefusableCall(ServerCall<ReqT, RespT> call) {
    super(call);
  }

  /** The call, which {@link MessageMemory} refuses when the room for its messages is spent. */
  public static <ReqT, RespT> RefusableCall<ReqT, RespT> of(ServerCall<ReqT, RespT> call) {
    RefusableCall<ReqT, RespT> refusable = new RefusableCall<>(call);
    MessageMemory.onRefusal(refusable::refuse);
    return refusable;
  }

  /** Makes every call of a service a refusable one. */
  static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        return next.startCall(of(call), headers);
      }
    };
  }

  /** Ends the call with the refusal, unless it has ended. */
  public void refuse(ServiceException why) {
    close(WireErrors.status(why), WireErrors.trailers(why, new Metadata()));
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!closed) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(RespT message) {
    if (!closed) {
      super.sendMessage(message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      super.close(status, trailers);
    }
  }
}
