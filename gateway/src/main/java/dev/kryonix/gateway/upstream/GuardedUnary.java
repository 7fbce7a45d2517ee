package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.upstream.Guard.Outcome;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;

/** Tells the guard how a unary call ended. */
final class GuardedUnary extends SimpleForwardingClientCall<Frame, Frame> {
  private final Guard guard;
  private final boolean ownDeadline;
  private final long began = System.nanoTime();

  GuardedUnary(ClientCall<Frame, Frame> call, Guard guard, boolean ownDeadline) {
    super(call);
    this.guard = guard;
    this.ownDeadline = ownDeadline;
  }

  @Override
  public void start(Listener<Frame> listener, Metadata headers) {
    try {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              guard.ended(outcome(status, trailers), System.nanoTime() - began);
              super.onClose(status, trailers);
            }
          },
          headers);
    } catch (RuntimeException e) {
      // What was never started never ends.
      guard.ended(Outcome.ABANDONED, 0);
      throw e;
    }
  }

  private Outcome outcome(Status status, Metadata trailers) {
    if (status.isOk() || UpstreamStatus.isOfService(trailers)) {
      return Outcome.ANSWERED;
    }
    if (status.getCause() instanceof ServiceException) {
      return Outcome.ABANDONED;
    }
    return switch (status.getCode()) {
      case UNAVAILABLE -> Outcome.UNANSWERED;
      case DEADLINE_EXCEEDED -> ownDeadline ? Outcome.UNANSWERED : Outcome.ABANDONED;
      case CANCELLED -> Outcome.ABANDONED;
      case INTERNAL, UNKNOWN -> status.getCause() == null ? Outcome.ANSWERED : Outcome.UNANSWERED;
      default -> Outcome.ANSWERED;
    };
  }
}
