package dev.kryonix.gateway.upstream;

import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;

/** A stream that is counted while it is open. */
final class GuardedStream extends SimpleForwardingClientCall<Frame, Frame> {
  private final AtomicInteger open;

  GuardedStream(ClientCall<Frame, Frame> call, AtomicInteger open) {
    super(call);
    this.open = open;
  }

  @Override
  public void start(Listener<Frame> listener, Metadata headers) {
    try {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              open.decrementAndGet();
              super.onClose(status, trailers);
            }
          },
          headers);
    } catch (RuntimeException e) {
      // What was never started never ends.
      open.decrementAndGet();
      throw e;
    }
  }
}
