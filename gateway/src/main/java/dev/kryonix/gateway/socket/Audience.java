package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.upstream.Frame;
import io.grpc.Context;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what happens to a call: a listener, which comes a little after the call does, and is
 * told of one end only. Used on the connection's event loop, but for {@link #isCancelled}.
 */
final class Audience {
  private ServerCall.@Nullable Listener<Frame> listener;
  private Context.@Nullable CancellableContext context;
  private boolean isReady;
  private boolean complete;
  private volatile boolean cancelled;

  /** The listener is there, and is told what it has missed. The context ends with the call. */
  void comes(ServerCall.Listener<Frame> of, Context.CancellableContext within) {
    listener = of;
    context = within;
    if (cancelled) {
      of.onCancel();
      within.cancel(null);
    } else if (complete) {
      of.onComplete();
      within.cancel(null);
    } else if (isReady) {
      of.onReady();
    }
  }

  void message(Frame frame) {
    if (listener != null && !isOver()) {
      listener.onMessage(frame);
    }
  }

  void halfClose() {
    if (listener != null && !isOver()) {
      listener.onHalfClose();
    }
  }

  /** The client can take more. */
  void ready() {
    isReady = true;
    if (listener != null && !isOver()) {
      listener.onReady();
    }
  }

  /** The client has gone, or is sent away. */
  void cancel() {
    if (isOver()) {
      return;
    }
    cancelled = true;
    if (listener != null) {
      listener.onCancel();
    }
    leave();
  }

  /** The call has ended as it should. */
  void complete() {
    if (isOver()) {
      return;
    }
    complete = true;
    if (listener != null) {
      listener.onComplete();
    }
    leave();
  }

  private void leave() {
    if (context != null) {
      context.cancel(null);
    }
  }

  private boolean isOver() {
    return cancelled || complete;
  }

  boolean isCancelled() {
    return cancelled;
  }
}
