package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.Attempts;
import dev.kryonix.messaging.retry.Move;
import dev.kryonix.messaging.retry.Parked;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.RetryTier;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of an operation that have an ordering key, on this replica. The broker gives them to
 * one replica at a time (a single active consumer), in order; here each key has one message in
 * flight, and keys take turns, over all consumers of this replica.
 *
 * <p>A failed message is parked: it stays here unacknowledged, its key waits, and the other keys go
 * on. When the consumer moves to another replica, the broker gives all of it there, in order, and
 * what is parked is found in the database.
 */
final class OrderedQueue implements Aftercare {
  private static final Logger LOG = LoggerFactory.getLogger(OrderedQueue.class);

  /** Bounds what waits here behind keys that are busy or parked; each message is 1 MiB at most. */
  private static final int PREFETCH = 64;

  private final OrderedQueues around;
  private final TenantView tenant;
  private final LiveQueue queue;
  private final String name;
  private final LeasedChannel channel;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, OrderedKey> keys = new LinkedHashMap<>();
  private final List<Runnable> consumers = new CopyOnWriteArrayList<>();
  private boolean leaving;

  /** The channel has ended: what is still on its way here is nobody's. */
  private boolean gone;

  private OrderedQueue(OrderedQueues around, TenantView tenant, LiveQueue queue, Channel fresh) {
    this.around = around;
    this.tenant = tenant;
    this.queue = queue;
    this.name = Names.ordered(queue.name());
    this.channel = around.leases().open(fresh, this);
    fresh.addShutdownListener(cause -> forgetAll());
  }

  static OrderedQueue open(OrderedQueues around, TenantView tenant, LiveQueue queue) {
    Channel fresh =
        around
            .connections()
            .toConsume(tenant)
            .openHoldingChannel(tenant.limits().getMessaging().getChannels());
    OrderedQueue opened = new OrderedQueue(around, tenant, queue, fresh);
    try {
      fresh.basicQos(PREFETCH);
      fresh.basicConsume(opened.name, false, around.instance(), opened.new Consumer());
    } catch (IOException | AlreadyClosedException e) {
      Channels.abort(fresh);
      throw BrokerErrors.unavailable(e);
    }
    return opened;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /**
   * Another consumer of this replica; false when this has come to its end. One that was only left
   * because of what somebody still holds goes on: the keys that nobody holds are not to wait.
   */
  boolean join(Runnable onMessage) {
    lock.lock();
    try {
      if (!isOpen() || (leaving && !channel.keepOpen())) {
        return false;
      }
      leaving = false;
      consumers.add(onMessage);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What the consumer holds has failed, or goes back, or stays held. */
  void leave(Runnable onMessage, java.util.function.Consumer<LeasedChannel> held) {
    held.accept(channel);
    lock.lock();
    try {
      consumers.remove(onMessage);
      leaving = consumers.isEmpty();
    } finally {
      lock.unlock();
    }
    closeOnceIdle();
  }

  /** Without a consumer here, another replica is to have the queue, as soon as nothing is held. */
  private void closeOnceIdle() {
    lock.lock();
    try {
      if (!leaving) {
        return;
      }
      // Here, so that who joins now finds what to take back.
      channel.setClosing();
    } finally {
      lock.unlock();
    }
    channel.closeWhenEmpty();
  }

  String name() {
    return name;
  }

  /** Whether a key is free whose first message the consumer wants. */
  boolean hasNext(Filter filter) {
    lock.lock();
    try {
      return free(filter).isPresent();
    } finally {
      lock.unlock();
    }
  }

  /** The first message of such a key, whose turn it is; null when there is none. */
  @Nullable Arrival take(Filter filter) {
    lock.lock();
    try {
      Optional<OrderedKey> free = free(filter);
      free.ifPresent(
          key -> {
            key.inFlight = true;
            keys.remove(key.name);
            keys.put(key.name, key);
          });
      return free.map(key -> key.messages.element()).orElse(null);
    } finally {
      lock.unlock();
    }
  }

  /** Removes what no consumer holds, parked messages too; how many that were. */
  int purge() {
    List<Arrival> unseen = new ArrayList<>();
    List<Parked> parked = new ArrayList<>();
    lock.lock();
    try {
      for (OrderedKey key : List.copyOf(keys.values())) {
        Arrival held = key.inFlight ? key.messages.poll() : null;
        unseen.addAll(key.messages);
        key.messages.clear();
        if (held == null) {
          Optional.ofNullable(key.parked).ifPresent(parked::add);
          keys.remove(key.name);
        } else {
          key.messages.add(held);
        }
      }
    } finally {
      lock.unlock();
    }
    if (!channel.acknowledgeUnseen(unseen)) {
      return 0;
    }
    parked.forEach(
        each ->
            around.inBackground(
                () -> around.parked().remove(Owner.of(tenant), queue.name(), each.messageId())));
    return unseen.size();
  }

  private Optional<OrderedKey> free(Filter filter) {
    Instant now = around.clock().instant();
    for (OrderedKey key : keys.values()) {
      if (key.isFree(now)) {
        if (key.isOver(now)) {
          bury(key);
        } else if (filter.admits(key.messages.element().taken().properties())) {
          return Optional.of(key);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Takes away what has waited for too long, which the broker does not know: for it the message is
   * in a consumer's hands. The key is free again when the dead letter is confirmed.
   */
  private void bury(OrderedKey key) {
    key.inFlight = true;
    Arrival over = key.messages.element();
    Taken taken = over.taken();
    channel.carryAway(
        over,
        () -> {
          Move dead = around.moves().expired(taken, over.attempts());
          return around.mover().make(taken, over.redelivered() ? dead.again() : dead)
              ? Fate.ACKNOWLEDGE
              : Fate.FAILED;
        });
  }

  @Override
  public Fate settle(Arrival arrival, Settlement settlement) throws InterruptedException {
    return switch (settlement) {
      case Settlement.Acknowledge acknowledge -> Fate.ACKNOWLEDGE;
      case Settlement.Requeue requeue -> {
        mark(arrival);
        yield Fate.KEEP;
      }
      case Settlement.Extend extend -> Fate.KEEP;
      case Settlement.Drop drop ->
          around
                  .mover()
                  .make(arrival.taken(), around.moves().dropped(arrival.taken(), drop.error()))
              ? Fate.ACKNOWLEDGE
              : Fate.FAILED;
      case Settlement.Retry retry -> retry(arrival, retry);
    };
  }

  private Fate retry(Arrival arrival, Settlement.Retry retry) throws InterruptedException {
    Instant now = around.clock().instant();
    Attempts attempts = arrival.attempts().and(now, retry.error());
    if (attempts.failed() >= around.moves().limit()) {
      Taken taken = arrival.taken();
      return around.mover().make(taken, around.moves().exhausted(taken, attempts))
          ? Fate.ACKNOWLEDGE
          : Fate.FAILED;
    }
    Duration delay = retry.delay().orElseGet(() -> RetryTier.after(attempts.failed()));
    OrderedKey key = key(arrival);
    Parked parked =
        new Parked(queue.name(), id(arrival), key.name, attempts, now.plus(delay), behind(key));
    try {
      around.parked().put(Owner.of(tenant), parked);
    } catch (ServiceException e) {
      LOG.debug("the message {} cannot be parked now", id(arrival), e);
      return Fate.FAILED;
    }
    park(key, arrival.after(attempts), parked);
    return Fate.KEEP;
  }

  private void park(OrderedKey key, Arrival head, Parked parked) {
    lock.lock();
    try {
      key.messages.poll();
      key.messages.addFirst(head);
      key.parked = parked;
    } finally {
      lock.unlock();
    }
    wakeAt(parked.retryTime());
  }

  /** It was in somebody's hands: whoever gets it next is told so. */
  private void mark(Arrival arrival) {
    lock.lock();
    try {
      OrderedKey key = keys.get(around.keyOf(arrival.taken().properties()));
      if (key != null && arrival.equals(key.messages.peek())) {
        key.messages.poll();
        key.messages.addFirst(arrival.after(arrival.attempts()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void wakeAt(Instant time) {
    long millis = Duration.between(around.clock().instant(), time).toMillis() + 1;
    CompletableFuture.delayedExecutor(Math.max(0, millis), TimeUnit.MILLISECONDS)
        .execute(this::signal);
  }

  @Override
  public void told(Arrival arrival, Fate fate) {
    boolean wasParked = false;
    lock.lock();
    try {
      OrderedKey key = keys.get(around.keyOf(arrival.taken().properties()));
      if (key != null) {
        key.inFlight = false;
        if (fate == Fate.ACKNOWLEDGE) {
          wasParked = key.parked != null;
          key.parked = null;
          key.messages.poll();
          if (key.messages.isEmpty()) {
            keys.remove(key.name);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    if (wasParked) {
      around.inBackground(
          () -> around.parked().remove(Owner.of(tenant), queue.name(), id(arrival)));
    }
    signal();
    closeOnceIdle();
  }

  @Override
  public void notTaken(Arrival arrival) {
    told(arrival, Fate.KEEP);
  }

  private void arrived(BasicProperties properties, byte[] body, Envelope envelope) {
    Taken taken = new Taken(tenant, queue, name, properties, body);
    Optional<Parked> before =
        envelope.isRedeliver() ? around.find(tenant, queue, properties) : Optional.empty();
    Arrival arrival =
        new Arrival(
            channel,
            envelope.getDeliveryTag(),
            taken,
            // One that a restore has brought says its attempts itself.
            before.map(Parked::attempts).orElseGet(taken::attempts),
            envelope.isRedeliver(),
            around.buffer().take(tenant.uid(), body.length));
    Parked head;
    int behind;
    lock.lock();
    try {
      if (gone) {
        arrival.charge().giveBack();
        return;
      }
      OrderedKey key = keys.computeIfAbsent(around.keyOf(properties), OrderedKey::new);
      if (key.messages.isEmpty()) {
        key.parked = before.orElse(null);
      }
      key.messages.add(arrival);
      head = key.parked;
      behind = key.messages.size() - 1;
    } finally {
      lock.unlock();
    }
    if (head != null && behind > 0) {
      around.inBackground(() -> around.parked().setWaiting(Owner.of(tenant), head, behind));
    } else if (head != null) {
      wakeAt(head.retryTime());
    }
    signal();
  }

  private OrderedKey key(Arrival arrival) {
    lock.lock();
    try {
      return keys.computeIfAbsent(around.keyOf(arrival.taken().properties()), OrderedKey::new);
    } finally {
      lock.unlock();
    }
  }

  private int behind(OrderedKey key) {
    lock.lock();
    try {
      return Math.max(0, key.messages.size() - 1);
    } finally {
      lock.unlock();
    }
  }

  private static String id(Arrival arrival) {
    return String.valueOf(arrival.taken().properties().getMessageId());
  }

  private void signal() {
    consumers.forEach(Runnable::run);
  }

  private void forgetAll() {
    lock.lock();
    try {
      gone = true;
      keys.values().stream()
          .flatMap(key -> key.messages.stream())
          .forEach(arrival -> arrival.charge().giveBack());
      keys.clear();
    } finally {
      lock.unlock();
    }
    around.forget(tenant, queue, this);
    signal();
  }

  /** Takes what the broker delivers, while this replica is the one that it delivers to. */
  private final class Consumer extends DefaultConsumer {
    Consumer() {
      super(channel.channel());
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      arrived(properties, body, envelope);
    }

    @Override
    public void handleCancel(String consumerTag) {
      around.queues().forget(tenant.uid(), name);
      Channels.abort(channel.channel());
    }
  }
}
