package dev.kryonix.messaging.subscribe;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ordered queue for somebody who takes what is there and leaves: it is joined when its turn
 * comes, since its messages cannot be asked for, and left with {@link #leave}.
 */
final class OrderedGet implements Lot {
  private static final Logger LOG = LoggerFactory.getLogger(OrderedGet.class);

  /** How long its first message is given to come. */
  private static final long WAIT_NANOS = Duration.ofMillis(200).toNanos();

  private final OrderedQueues queues;
  private final PullChannels channels;
  private final TenantView tenant;
  private final LiveQueue queue;
  private final Filter filter;
  private final Semaphore signals = new Semaphore(0);
  private final Runnable onMessage = signals::release;
  private @Nullable OrderedQueue joined;
  private boolean empty;

  OrderedGet(
      OrderedQueues queues,
      PullChannels channels,
      TenantView tenant,
      LiveQueue queue,
      Filter filter) {
    this.queues = queues;
    this.channels = channels;
    this.tenant = tenant;
    this.queue = queue;
    this.filter = filter;
  }

  @Override
  public String name() {
    return Names.ordered(queue.name());
  }

  @Override
  public Lane lane() {
    return Lane.NORMAL;
  }

  @Override
  public boolean hasNext() {
    return !empty;
  }

  @Override
  public @Nullable Arrival take() {
    Arrival arrival = null;
    try {
      OrderedQueue at = joined == null ? join() : joined;
      arrival = at == null ? null : at.take(filter);
    } catch (ServiceException e) {
      // The others have theirs all the same; who waits for this one alone is told when waiting.
      LOG.debug("the queue {} of tenant {} cannot be joined", name(), tenant.id(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    empty = arrival == null;
    return arrival;
  }

  /** Null when it has nothing for this replica. */
  private @Nullable OrderedQueue join() throws InterruptedException {
    Optional<OrderedQueue> open = queues.joinOpen(tenant, queue, onMessage);
    if (open.isPresent()) {
      joined = open.get();
      return joined;
    }
    if (!channels.isOffered(tenant, name())) {
      return null;
    }
    OrderedQueue at = queues.join(tenant, queue, onMessage);
    joined = at;
    long end = System.nanoTime() + WAIT_NANOS;
    boolean isInTime = true;
    while (isInTime && !at.hasNext(filter)) {
      isInTime = signals.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
    return at;
  }

  /** What was taken stays held. */
  void leave() {
    OrderedQueue at = joined;
    if (at != null) {
      at.leave(onMessage, channel -> {});
    }
  }
}
