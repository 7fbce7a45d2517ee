package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Envelope;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.retry.Move;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one consumer takes from the broker: a channel with a consumer on every lane that exists, and
 * the messages that have arrived and not been handed over. Lanes that are declared later are joined
 * later. {@link #next} and {@link #refresh} are called by one thread.
 *
 * <p>A message for which the process has no bytes left keeps its place at the broker only, and is
 * asked for again when there is room.
 */
final class Consumption implements LaneConsumers.Receiver, OrderedLots.Turns, AutoCloseable {
  private final Subscribing subscribing;
  private final TenantView tenant;
  private final SubscriptionStart start;
  private final boolean oneOfEach;
  private final Allowance allowance;
  private final AutoCloseable listening;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Waiting waiting;
  private final OrderedLots ordered;
  private @Nullable LaneConsumers consumers;
  private boolean lanesChanged = true;
  private boolean woken;

  Consumption(Subscribing subscribing, TenantView tenant, SubscriptionStart start) {
    this(subscribing, tenant, start, false);
  }

  private Consumption(
      Subscribing subscribing, TenantView tenant, SubscriptionStart start, boolean oneOfEach) {
    this.oneOfEach = oneOfEach;
    this.subscribing = subscribing;
    this.tenant = tenant;
    this.start = start;
    this.allowance = new Allowance(start.limits(), this::signal);
    this.waiting = new Waiting(subscribing.buffer(), tenant.uid(), allowance);
    this.ordered = new OrderedLots(subscribing.ordered(), tenant, start.filter(), this::signal);
    this.listening = subscribing.queues().onDeclared(tenant.uid(), this::lanesChanged);
  }

  /** Which is given the first message of each lane only, for somebody who leaves with it. */
  static Consumption ofFirst(Subscribing subscribing, TenantView tenant, SubscriptionStart start) {
    return new Consumption(subscribing, tenant, start, true);
  }

  /** Opens the channel if there is none, and consumes from every lane that exists. */
  void refresh() {
    LaneConsumers open = consumers;
    if (open == null || !open.isOpen()) {
      open = reopen();
    }
    locked(() -> lanesChanged = false);
    open.prefetch(
        oneOfEach
            ? 1
            : LaneConsumers.prefetch(allowance.limits().messages(), start.queues().size()));
    Set<String> existing;
    try {
      existing = subscribing.queues().existing(tenant);
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
    for (LiveQueue queue : start.queues()) {
      for (Lane lane : Lane.values()) {
        if (existing.contains(queue.name(lane))) {
          open.consume(queue, lane);
        }
      }
    }
    ordered.refresh(start.queues(), existing, this);
    allowance.serveFrom(open.lanes());
  }

  private LaneConsumers reopen() {
    LaneConsumers opened = LaneConsumers.open(subscribing, tenant, this, oneOfEach);
    lock.lock();
    try {
      waiting.clear();
      consumers = opened;
    } finally {
      lock.unlock();
    }
    opened.channel().channel().addShutdownListener(cause -> signal());
    return opened;
  }

  boolean isOpen() {
    LaneConsumers open = consumers;
    return open != null && open.isOpen() && ordered.areOpen();
  }

  /** Whether a lane may have been declared since the last {@link #refresh}. */
  boolean hasNewLanes() {
    lock.lock();
    try {
      return lanesChanged;
    } finally {
      lock.unlock();
    }
  }

  /** The next message for which the limits leave room; null when there is none in time. */
  @Nullable Arrival next(long millis) throws InterruptedException {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    Arrival arrival;
    List<Long> askAgain;
    lock.lock();
    try {
      arrival = poll();
      while (arrival == null && nanos > 0 && !woken && !lanesChanged && !waiting.canAskAgain()) {
        long patience = waiting.patience(nanos);
        nanos -= patience - changed.awaitNanos(patience);
        arrival = poll();
      }
      woken = false;
      askAgain = waiting.askAgain();
    } finally {
      lock.unlock();
    }
    LaneConsumers open = consumers;
    if (open != null) {
      askAgain.forEach(open.channel()::refuse);
    }
    return arrival;
  }

  private @Nullable Arrival poll() {
    return consumers != null && allowance.hasRoom()
        ? waiting.poll(lot -> allowance.hasRoom(lot.name()))
        : null;
  }

  Allowance allowance() {
    return allowance;
  }

  /** The consumer has the message from now on; the number names this delivery of it. */
  long hold(Arrival arrival) {
    return arrival.channel().hold(arrival, allowance, start.lease());
  }

  /** Lets {@link #next} return. */
  void wake() {
    locked(() -> woken = true);
  }

  void limit(Limits limits) {
    allowance.limit(limits);
    locked(() -> lanesChanged = true);
  }

  @Override
  public void arrived(LaneConsumers from, LaneLot lot, Taken taken, Envelope envelope) {
    Optional<Move> move = subscribing.moves().onArrival(taken);
    boolean passesBy = move.isEmpty() && !start.filter().admits(taken.properties());
    if (move.isPresent() || passesBy) {
      Move where = move.orElseGet(() -> subscribing.moves().passedBy(taken));
      from.carryAway(envelope, taken, where);
      return;
    }
    boolean isOurs;
    lock.lock();
    try {
      isOurs = from == consumers;
      if (isOurs) {
        waiting.add(from.channel(), lot, taken, envelope);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (!isOurs) {
      from.channel().refuse(envelope.getDeliveryTag());
    }
  }

  @Override
  public void joined(LaneLot lot) {
    join(lot);
  }

  @Override
  public void join(Lot lot) {
    locked(() -> waiting.join(lot));
  }

  @Override
  public void leave(Lot lot) {
    locked(() -> waiting.leave(lot));
  }

  /** The consumer has gone: what it holds has failed, what waits for it goes back as it came. */
  @Override
  public void close() {
    end(channel -> channel.lose(allowance));
  }

  /** As {@link #close}, when the end is not the consumer's: what it holds goes back as well. */
  void release() {
    end(channel -> channel.giveBack(allowance));
  }

  /** As {@link #close}, when the consumer keeps what it holds. */
  void leave() {
    end(channel -> {});
  }

  private void end(Consumer<LeasedChannel> held) {
    try {
      listening.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    LaneConsumers open;
    List<Long> unseen;
    lock.lock();
    try {
      open = consumers;
      consumers = null;
      unseen = waiting.clear();
    } finally {
      lock.unlock();
    }
    ordered.leave(held);
    if (open == null) {
      return;
    }
    if (!open.channel().isEmpty()) {
      open.stop();
      unseen.forEach(open.channel()::refuse);
      held.accept(open.channel());
    }
    // What it has of no use to anybody goes back with the channel.
    open.channel().closeOnceEmpty();
  }

  private void lanesChanged() {
    locked(() -> lanesChanged = true);
  }

  private void signal() {
    locked(() -> {});
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
