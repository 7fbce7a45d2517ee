package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The ordered queues that one consumer is at. */
final class OrderedLots {
  private final OrderedQueues queues;
  private final TenantView tenant;
  private final Filter filter;
  private final Runnable onMessage;
  private final Map<String, OrderedLot> joined = new HashMap<>();

  OrderedLots(OrderedQueues queues, TenantView tenant, Filter filter, Runnable onMessage) {
    this.queues = queues;
    this.tenant = tenant;
    this.filter = filter;
    this.onMessage = onMessage;
  }

  /** A queue as this consumer sees it: the messages that it does not want are others'. */
  private record OrderedLot(OrderedQueue queue, Filter filter) implements Lot {
    @Override
    public String name() {
      return queue.name();
    }

    @Override
    public Lane lane() {
      return Lane.NORMAL;
    }

    @Override
    public boolean hasNext() {
      return queue.hasNext(filter);
    }

    @Override
    public @Nullable Arrival take() {
      return queue.take(filter);
    }
  }

  /** What to add and what to take out of a consumer's order. */
  record Change(List<Lot> joined, List<Lot> gone) {}

  /** Joins those that exist and are not joined, and leaves those that have gone. */
  Change refresh(List<LiveQueue> wanted, Set<String> existing) {
    List<Lot> gone = new ArrayList<>();
    joined.values().stream().filter(each -> !each.queue.isOpen()).forEach(gone::add);
    joined.values().removeIf(each -> !each.queue.isOpen());
    List<Lot> fresh = new ArrayList<>();
    for (LiveQueue queue : wanted) {
      String name = Names.ordered(queue.name());
      if (existing.contains(name) && !joined.containsKey(name)) {
        OrderedLot at = new OrderedLot(queues.join(tenant, queue, onMessage), filter);
        joined.put(name, at);
        fresh.add(at);
      }
    }
    return new Change(fresh, gone);
  }

  boolean areOpen() {
    return joined.values().stream().allMatch(each -> each.queue.isOpen());
  }

  void leave(Consumer<LeasedChannel> held) {
    joined.values().forEach(each -> each.queue.leave(onMessage, held));
    joined.clear();
  }
}
