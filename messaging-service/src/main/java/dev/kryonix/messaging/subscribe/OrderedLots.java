package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.topology.LiveQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** The ordered queues that one consumer is at. */
final class OrderedLots {
  private final OrderedQueues queues;
  private final TenantView tenant;
  private final Runnable onMessage;
  private final Map<String, OrderedQueue> joined = new HashMap<>();

  OrderedLots(OrderedQueues queues, TenantView tenant, Runnable onMessage) {
    this.queues = queues;
    this.tenant = tenant;
    this.onMessage = onMessage;
  }

  /** What to add and what to take out of a consumer's order. */
  record Change(List<Lot> joined, List<Lot> gone) {}

  /** Joins those that exist and are not joined, and leaves those that have gone. */
  Change refresh(List<LiveQueue> wanted, Set<String> existing) {
    List<Lot> gone = new ArrayList<>();
    joined.values().stream().filter(each -> !each.isOpen()).forEach(gone::add);
    joined.values().removeIf(each -> !each.isOpen());
    List<Lot> fresh = new ArrayList<>();
    for (LiveQueue queue : wanted) {
      String name = Names.ordered(queue.name());
      if (existing.contains(name) && !joined.containsKey(name)) {
        OrderedQueue at = queues.join(tenant, queue, onMessage);
        joined.put(name, at);
        fresh.add(at);
      }
    }
    return new Change(fresh, gone);
  }

  boolean areOpen() {
    return joined.values().stream().allMatch(OrderedQueue::isOpen);
  }

  boolean isEmpty() {
    return joined.isEmpty();
  }

  void leave(Consumer<LeasedChannel> held) {
    joined.values().forEach(each -> each.leave(onMessage, held));
    joined.clear();
  }
}
