package dev.kryonix.gateway.socket;

import dev.kryonix.kit.server.RequestMemory;

/**
 * What one socket holds of a message that is not complete yet, charged to the budget of all. Used
 * on the connection's event loop only.
 */
final class SocketMemory {
  /** So much is free, so that small messages cost no accounting. */
  private static final int FREE_BYTES = 64 * 1024;

  private final RequestMemory budget;
  private int frame;
  private int message;
  private int charged;

  SocketMemory(RequestMemory budget) {
    this.budget = budget;
  }

  /** So many bytes of a frame have come that is not complete; refuses when the budget is spent. */
  void frame(int bytes) {
    frame = bytes;
    charge();
  }

  /** The frames of a message that is not complete hold so many bytes. */
  void message(int bytes) {
    message = bytes;
    charge();
  }

  /** The socket is over. */
  void clear() {
    frame = 0;
    message = 0;
    charge();
  }

  private void charge() {
    int due = Math.max(0, frame + message - FREE_BYTES);
    if (due > charged) {
      budget.reserve(due - charged);
    } else if (due < charged) {
      budget.release(charged - due);
    }
    charged = due;
  }
}
