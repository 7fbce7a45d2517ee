package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.edge.EdgeConfig;

/** Counts frames that carry nothing, as HTTP/2's are counted. */
final class Flood {
  private final int most;
  private long since = System.nanoTime();
  private int count;

  /**
   * @param most how many are taken in the window
   */
  Flood(int most) {
    this.most = most;
  }

  /** Counts one; whether there are too many. */
  boolean rises() {
    long now = System.nanoTime();
    if (now - since > EdgeConfig.WINDOW.toNanos()) {
      since = now;
      count = 0;
    }
    return ++count > most;
  }
}
