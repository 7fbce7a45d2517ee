package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.retry.Parked;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.retry.Waits;
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

  /** Whether its first message has waited for longer than it may, which a retry begins anew. */
  boolean isOver(Instant now) {
    Taken first = messages.element().taken();
    Parked retried = parked;
    Instant end =
        retried == null
            ? Waits.end(first.queue(), first.properties())
            : retried.retryTime().plus(Waits.ttl(first.queue(), first.properties()));
    return end.isBefore(now);
  }
}
