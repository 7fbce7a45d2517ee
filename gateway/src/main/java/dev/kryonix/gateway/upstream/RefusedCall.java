package dev.kryonix.gateway.upstream;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

/** A call that ends as soon as it is started. */
final class RefusedCall extends ClientCall<Frame, Frame> {
  private final ServiceException why;

  RefusedCall(ServiceException why) {
    this.why = why;
  }

  @Override
  public void start(Listener<Frame> listener, Metadata headers) {
    listener.onClose(WireErrors.status(why).withCause(why), new Metadata());
  }

  @Override
  public void request(int messages) {}

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {}

  @Override
  public void halfClose() {}

  @Override
  public void sendMessage(Frame message) {}
}
