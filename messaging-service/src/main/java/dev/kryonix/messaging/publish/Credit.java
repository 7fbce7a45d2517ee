package dev.kryonix.messaging.publish;

import java.time.Duration;

/**
 * How many more messages a publish stream is to be asked for: as many as were answered. Those that
 * were refused because there is too much come back slowly, so that a client that goes on sending is
 * slowed by flow control instead of being refused as fast as it can send; what is accepted is not
 * slowed by it.
 */
final class Credit {
  /** Each asking wakes the transport's thread; the client is not to wait for the whole window. */
  static final int AT_ONCE = 100;

  /** Between the askings for what was refused. */
  static final Duration PAUSE = Duration.ofMillis(100);

  private int earned;
  private int held;
  private long lastReturn = System.nanoTime() - PAUSE.toNanos();

  /** A message has been answered. */
  void answered(boolean tooMuch) {
    if (tooMuch) {
      held++;
    } else {
      earned++;
    }
  }

  /** Whether enough has come together to ask for more. */
  boolean isDue() {
    return earned >= AT_ONCE;
  }

  /** Whether some is held back, and will be due after the pause. */
  boolean isHeldBack() {
    return held > 0;
  }

  /** Takes what is to be asked for now, which may be nothing. */
  int take(long nanoTime) {
    int now = 0;
    if (isDue()) {
      now = earned;
      earned = 0;
    }
    if (held > 0 && nanoTime - lastReturn >= PAUSE.toNanos()) {
      int back = Math.min(held, AT_ONCE);
      held -= back;
      now += back;
      lastReturn = nanoTime;
    }
    return now;
  }
}
