package dev.kryonix.gateway.forward;

import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the listener of a call while its token is being verified. What happens meanwhile is
 * kept and told to the real listener once it is there: at most one message, since no more is
 * requested before.
 */
final class LateListener<Q> extends ServerCall.Listener<Q> {
  private ServerCall.@Nullable Listener<Q> real;
  private @Nullable Q message;
  private boolean ready;
  private boolean halfClosed;
  private boolean cancelled;

  synchronized void is(ServerCall.Listener<Q> listener) {
    real = listener;
    if (cancelled) {
      listener.onCancel();
      return;
    }
    if (ready) {
      listener.onReady();
    }
    if (message != null) {
      listener.onMessage(message);
    }
    if (halfClosed) {
      listener.onHalfClose();
    }
  }

  /** The real listener, when it is there already. */
  synchronized ServerCall.Listener<Q> orEarlier() {
    return real != null ? real : this;
  }

  @Override
  public synchronized void onMessage(Q next) {
    if (real != null) {
      real.onMessage(next);
    } else {
      message = next;
    }
  }

  @Override
  public synchronized void onHalfClose() {
    halfClosed = true;
    if (real != null) {
      real.onHalfClose();
    }
  }

  @Override
  public synchronized void onReady() {
    ready = true;
    if (real != null) {
      real.onReady();
    }
  }

  @Override
  public synchronized void onCancel() {
    cancelled = true;
    if (real != null) {
      real.onCancel();
    }
  }

  @Override
  public synchronized void onComplete() {
    if (real != null) {
      real.onComplete();
    }
  }
}
