package dev.kryonix.messaging.subscribe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of a channel that somebody holds, and what is remembered of those before; guarded
 * by the channel's lock.
 */
final class HeldDeliveries {
  private static final int REMEMBERED = 10_000;

  private final Map<Long, HeldDelivery> held = new HashMap<>();

  /** Those that were ended here; when there are too many, all are forgotten. */
  private final Set<Long> expired = new HashSet<>();

  private long last;
  private boolean closed;

  /** The next one, which is kept unless the channel has gone. */
  HeldDelivery add(Arrival arrival, Allowance allowance, Duration lease) {
    last++;
    HeldDelivery one = new HeldDelivery(last, arrival, allowance, lease);
    if (!closed) {
      held.put(last, one);
    }
    return one;
  }

  @Nullable HeldDelivery find(long id) {
    return held.get(id);
  }

  /** Nobody holds it any more; false when nobody did. */
  boolean remove(HeldDelivery one) {
    return held.remove(one.id()) != null;
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether somebody holds a message of that queue. */
  boolean hasOf(String source) {
    return held.values().stream().anyMatch(one -> one.source().equals(source));
  }

  /** What becomes of a settlement of one that nobody holds. */
  Settled settleAgain(long id, Settlement settlement) {
    if (id <= 0 || id > last) {
      return Settled.INVALID;
    }
    boolean before = !closed && !expired.contains(id) && !(settlement instanceof Settlement.Extend);
    return before ? Settled.OK : Settled.STALE;
  }

  /** What becomes of a settlement of one that is being settled already. */
  Settled settleTwice(long id) {
    return expired.contains(id) ? Settled.STALE : Settled.FAILED;
  }

  /** Takes those out of their consumers' hands, and remembers that they were ended. */
  List<HeldDelivery> end(Predicate<HeldDelivery> which) {
    List<HeldDelivery> over = new ArrayList<>();
    for (HeldDelivery one : held.values()) {
      if (!one.isMoving() && which.test(one)) {
        one.setMoving(true);
        over.add(one);
        if (expired.size() >= REMEMBERED) {
          expired.clear();
        }
        expired.add(one.id());
      }
    }
    return over;
  }

  /** The channel has gone, and with it all of them, which are returned. */
  List<HeldDelivery> close() {
    closed = true;
    List<HeldDelivery> all = List.copyOf(held.values());
    held.clear();
    return all;
  }
}
