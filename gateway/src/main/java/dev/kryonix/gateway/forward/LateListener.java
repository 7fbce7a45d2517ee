package dev.kryonix.gateway.forward;

import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for the listener of a call while its token is being verified. No message can come
 * meanwhile, since none has been requested; what else happens is told to the real listener once it
 * is there.
 */
final class LateListener<Q> extends ServerCall.Listener<Q> {
  private ServerCall.@Nullable Listener<Q> real;
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
    if (halfClosed) {
      listener.onHalfClose();
    }
  }

  /** The real listener, when it is there already. */
  synchronized ServerCall.Listener<Q> orEarlier() {
    return real != null ? real : this;
  }

  @Override
  public synchronized void onMessage(Q message) {
    if (real != null) {
      real.onMessage(message);
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
