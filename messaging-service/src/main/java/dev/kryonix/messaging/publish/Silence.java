package dev.kryonix.messaging.publish;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Tells when the broker no longer answers on a channel: something waits for its confirm, and for as
 * long as a confirm is waited for, none has come. The way to a node can go silent without being
 * closed, and heartbeats take several times as long to tell. Times are those of {@link
 * System#nanoTime}.
 */
final class Silence {
  private final long patienceNanos;
  private volatile long broken;

  Silence(Duration patience, long now) {
    this.patienceNanos = patience.toNanos();
    this.broken = now;
  }

  /** The broker has answered, or is known to take nothing for now. */
  void breakAt(long now) {
    broken = now;
  }

  /**
   * Whether it is silent.
   *
   * @param oldest when the oldest message was sent that waits; none when none does
   */
  boolean lasts(OptionalLong oldest, long now) {
    if (oldest.isEmpty()) {
      return false;
    }
    long since = oldest.getAsLong() - broken > 0 ? oldest.getAsLong() : broken;
    return now - since >= patienceNanos;
  }
}
