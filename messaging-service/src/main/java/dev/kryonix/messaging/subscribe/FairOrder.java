package dev.kryonix.messaging.subscribe;

import dev.kryonix.messaging.topology.Lane;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a consumer gets what waits for it: of high, normal and low lanes 8, 3 and 1 of
 * twelve messages while all have some, and within a lane the operations in turn. A lane that has
 * nothing leaves its share to the others, so none starves and nothing is left lying.
 *
 * <p>The shares are dealt by smooth weighted round robin, as nginx does among its upstreams: they
 * are interleaved, and never more than a few of one lane follow each other.
 */
final class FairOrder {
  private static final Map<Lane, Integer> SHARES =
      new EnumMap<>(Map.of(Lane.HIGH, 8, Lane.NORMAL, 3, Lane.LOW, 1));

  /** After so many messages, while all lanes have some, the order repeats. */
  static final int ROUND = SHARES.values().stream().mapToInt(Integer::intValue).sum();

  private final Map<Lane, Deque<Lot>> lots = new EnumMap<>(Lane.class);
  private final Map<Lane, Integer> credits = new EnumMap<>(Lane.class);

  FairOrder() {
    for (Lane lane : Lane.values()) {
      lots.put(lane, new ArrayDeque<>());
      credits.put(lane, 0);
    }
  }

  void add(Lot lot) {
    turn(lot.lane()).add(lot);
  }

  void remove(Lot lot) {
    turn(lot.lane()).remove(lot);
  }

  /** Goes on as if so many messages had been dealt while all lanes had some. */
  void skip(int messages) {
    for (int i = 0; i < messages; i++) {
      deal(EnumSet.allOf(Lane.class));
    }
  }

  /** The lot whose turn it is, of those that have something and are admitted. */
  Optional<Lot> next(Predicate<Lot> admitted) {
    Map<Lane, Lot> firsts = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      Lot first = first(lane, admitted);
      if (first != null) {
        firsts.put(lane, first);
      }
    }
    if (firsts.isEmpty()) {
      return Optional.empty();
    }
    Lane chosen = deal(firsts.keySet());
    Lot lot = Objects.requireNonNull(firsts.get(chosen));
    toTheEnd(chosen, lot);
    return Optional.of(lot);
  }

  /** The lane whose turn it is, of those that have something. */
  private Lane deal(Set<Lane> lanes) {
    lanes.forEach(lane -> credits.merge(lane, share(lane), Integer::sum));
    Lane chosen = Collections.max(lanes, Comparator.comparingInt(this::credit));
    credits.merge(chosen, -lanes.stream().mapToInt(FairOrder::share).sum(), Integer::sum);
    return chosen;
  }

  private @Nullable Lot first(Lane lane, Predicate<Lot> admitted) {
    for (Lot lot : turn(lane)) {
      if (lot.hasNext() && admitted.test(lot)) {
        return lot;
      }
    }
    return null;
  }

  private void toTheEnd(Lane lane, Lot lot) {
    Iterator<Lot> all = turn(lane).iterator();
    while (all.hasNext()) {
      if (all.next() == lot) {
        all.remove();
        break;
      }
    }
    turn(lane).add(lot);
  }

  private Deque<Lot> turn(Lane lane) {
    return lots.getOrDefault(lane, new ArrayDeque<>());
  }

  private int credit(Lane lane) {
    return credits.getOrDefault(lane, 0);
  }

  private static int share(Lane lane) {
    return SHARES.getOrDefault(lane, 1);
  }
}
