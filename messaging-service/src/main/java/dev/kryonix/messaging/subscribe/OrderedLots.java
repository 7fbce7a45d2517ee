package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
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

  /** Who takes turns between lots. */
  interface Turns {
    void join(Lot lot);

    void leave(Lot lot);
  }

  /**
   * Leaves those that have gone, and joins those that exist and are not joined. Each is told as it
   * happens: one that cannot be joined ends it, and those before it are to be served.
   */
  void refresh(List<LiveQueue> wanted, Set<String> existing, Turns turns) {
    for (OrderedLot each : List.copyOf(joined.values())) {
      if (!each.queue.isOpen()) {
        joined.remove(each.name());
        turns.leave(each);
      }
    }
    for (LiveQueue queue : wanted) {
      String name = Names.ordered(queue.name());
      if (existing.contains(name) && !joined.containsKey(name)) {
        OrderedLot at = new OrderedLot(queues.join(tenant, queue, onMessage), filter);
        joined.put(name, at);
        turns.join(at);
      }
    }
  }

  boolean areOpen() {
    return joined.values().stream().allMatch(each -> each.queue.isOpen());
  }

  void leave(Consumer<LeasedChannel> held) {
    joined.values().forEach(each -> each.queue.leave(onMessage, held));
    joined.clear();
  }
}
