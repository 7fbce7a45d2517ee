package dev.kryonix.gateway.upstream;

import java.util.function.BooleanSupplier;

/**
 * Whose turn it is in one direction of a stream: asks for the next message when the other side can
 * take it, or leaves it owed until {@link #resume}. The two methods are called from different
 * threads.
 */
public final class Turn {
  private final Runnable request;
  private final BooleanSupplier ready;
  private boolean owed;

  public Turn(Runnable request, BooleanSupplier ready) {
    this.request = request;
    this.ready = ready;
  }

  /** A message has gone out. */
  public synchronized void next() {
    if (ready.getAsBoolean()) {
      request.run();
    } else {
      owed = true;
    }
  }

  /** The other side is ready again. */
  public synchronized void resume() {
    if (owed && ready.getAsBoolean()) {
      owed = false;
      request.run();
    }
  }
}
