package dev.kryonix.messaging.broker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether the broker is known to take no messages, because of its memory or disk. What is known is
 * old after a while: then publishes try again, and are told so once more if it is still true. So an
 * alarm ends although the management API, which would say so, is away.
 */
final class Alarm {
  /** Longer than it is between two looks. */
  static final Duration LASTS = Duration.ofSeconds(5);

  private final LongSupplier nanos;
  private volatile boolean on;
  private volatile long since;

  Alarm(LongSupplier nanos) {
    this.nanos = nanos;
  }

  boolean isOn() {
    return on && nanos.getAsLong() - since < LASTS.toNanos();
  }

  /** It is on at this moment. */
  void raise() {
    since = nanos.getAsLong();
    on = true;
  }

  void clear() {
    on = false;
  }
}
