package dev.kryonix.messaging.connection;

import dev.kryonix.messaging.broker.BrokerErrors;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a moment that the broker could not be reached, so that the calls of that moment are
 * refused at once instead of each waiting for a connection of its own.
 */
final class Circuit {
  private final long openNanos;
  private volatile @Nullable Failure failure;

  Circuit(Duration open) {
    this.openNanos = open.toNanos();
  }

  /** Refuses when the broker could not be reached just now. */
  void check() {
    Failure last = failure;
    if (last != null && System.nanoTime() - last.nanos < openNanos) {
      throw BrokerErrors.unavailable(last.cause);
    }
  }

  void failed(Exception cause) {
    failure = new Failure(System.nanoTime(), cause);
  }

  void succeeded() {
    failure = null;
  }

  private record Failure(long nanos, Exception cause) {}
}
