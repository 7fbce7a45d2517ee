package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.retry.Parked;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The messages of one ordering key, in order; the first is the only one that may be delivered. */
final class OrderedKey {
  final String name;
  final Deque<Arrival> messages = new ArrayDeque<>();
  boolean inFlight;
  @Nullable Parked parked;

  OrderedKey(String name) {
    this.name = name;
  }

  boolean isFree(Instant now) {
    Parked waiting = parked;
    return !inFlight
        && !messages.isEmpty()
        && (waiting == null || !waiting.retryTime().isAfter(now));
  }
}
