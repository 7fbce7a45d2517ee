package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.TenantQueues;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one subscription takes from the broker: a channel with a consumer on every lane that exists,
 * and the messages that have arrived and not been handed over. Lanes that are declared later are
 * joined later. {@link #next} and {@link #refresh} are called by one thread.
 *
 * <p>Each consumer's prefetch is its operation's share of the subscription's limit, so a single
 * lane can fill it. A message for which the process has no bytes left keeps its place at the broker
 * only, and is asked for again when what is here has been handed over.
 */
final class Consumption implements AutoCloseable {
  private static final int MOST_PREFETCH = 300;
  private static final long MOST_BYTES_HERE = 4L * 1024 * 1024;

  /** Few at a time, since each of them is delivered anew and may find no room again. */
  private static final int ASKED_AGAIN_AT_ONCE = 8;

  private final TenantView tenant;
  private final List<LiveQueue> queues;
  private final TenantConnections connections;
  private final TenantQueues topology;
  private final Leases leases;
  private final Buffer buffer;
  private final AutoCloseable listening;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Arrival> arrived = new ArrayDeque<>();
  private final Set<String> consumed = new HashSet<>();

  /** The tags of messages that there were no bytes for. */
  private final List<Long> parked = new ArrayList<>();

  private Limits limits;
  private @Nullable LeasedChannel channel;
  private boolean lanesChanged = true;
  private boolean woken;
  private long bytesHere;

  Consumption(Subscribing subscribing, TenantView tenant, List<LiveQueue> queues, Limits limits) {
    this.tenant = tenant;
    this.queues = queues;
    this.limits = limits;
    this.connections = subscribing.connections();
    this.topology = subscribing.queues();
    this.leases = subscribing.leases();
    this.buffer = subscribing.buffer();
    this.listening = topology.onDeclared(tenant.uid(), this::lanesChanged);
  }

  /** Opens the channel if there is none, and consumes from every lane that exists. */
  void refresh() {
    LeasedChannel open = channel;
    if (open == null || !open.isOpen()) {
      open = reopen();
    }
    lock.lock();
    try {
      lanesChanged = false;
    } finally {
      lock.unlock();
    }
    Set<String> existing;
    try {
      existing = topology.existing(tenant);
    } catch (ManagementException e) {
      throw BrokerErrors.unavailable(e);
    }
    for (LiveQueue queue : queues) {
      for (Lane lane : Lane.values()) {
        String name = queue.name(lane);
        if (existing.contains(name) && !isConsumed(name)) {
          consume(open, queue, name);
        }
      }
    }
  }

  boolean isOpen() {
    LeasedChannel open = channel;
    return open != null && open.isOpen();
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
    List<Long> askAgain = List.of();
    lock.lock();
    try {
      while (nanos > 0 && !woken && !lanesChanged && (arrived.isEmpty() || !hasRoom())) {
        nanos = changed.awaitNanos(nanos);
      }
      woken = false;
      arrival = hasRoom() ? arrived.poll() : null;
      if (arrival != null) {
        release(arrival);
        if (arrived.isEmpty()) {
          List<Long> first = parked.subList(0, Math.min(parked.size(), ASKED_AGAIN_AT_ONCE));
          askAgain = List.copyOf(first);
          first.clear();
        }
      }
    } finally {
      lock.unlock();
    }
    if (arrival != null) {
      for (long tag : askAgain) {
        arrival.channel().refuse(tag, true);
      }
    }
    return arrival;
  }

  /** Lets {@link #next} return. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void limit(Limits newLimits) {
    lock.lock();
    try {
      limits = newLimits;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    LeasedChannel open;
    lock.lock();
    try {
      open = channel;
      channel = null;
      forgetArrived();
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
  }

  /** Lets go of what arrived on a channel that ends: the broker gives it to others. */
  private void forgetArrived() {
    arrived.forEach(this::release);
    arrived.clear();
    parked.clear();
  }

  /** Takes the bytes for a message, which a subscription that has none always gets. */
  private boolean reserve(int bytes) {
    if (arrived.isEmpty()) {
      buffer.take(bytes);
    } else if (bytesHere + bytes > MOST_BYTES_HERE || !buffer.tryTake(bytes)) {
      return false;
    }
    bytesHere += bytes;
    return true;
  }

  private void release(Arrival arrival) {
    int bytes = arrival.body().length;
    bytesHere -= bytes;
    buffer.giveBack(bytes);
  }

  private boolean hasRoom() {
    LeasedChannel open = channel;
    if (open == null) {
      return false;
    }
    int messages = open.heldMessages();
    return messages == 0 || (messages < limits.messages() && open.heldBytes() < limits.bytes());
  }

  private LeasedChannel reopen() {
    Channel fresh = connections.toConsume(tenant).openHoldingChannel();
    int prefetch = Math.clamp(Math.ceilDiv(limits.messages(), queues.size()), 1, MOST_PREFETCH);
    try {
      fresh.basicQos(prefetch);
    } catch (IOException | AlreadyClosedException e) {
      Channels.abort(fresh);
      throw BrokerErrors.unavailable(e);
    }
    LeasedChannel opened = leases.open(fresh, this::signal);
    lock.lock();
    try {
      forgetArrived();
      consumed.clear();
      channel = opened;
    } finally {
      lock.unlock();
    }
    return opened;
  }

  private void consume(LeasedChannel open, LiveQueue queue, String name) {
    try {
      open.channel().basicConsume(name, false, new Consumer(open, queue, name));
    } catch (IOException | AlreadyClosedException e) {
      throw BrokerErrors.unavailable(e);
    }
    lock.lock();
    try {
      consumed.add(name);
    } finally {
      lock.unlock();
    }
  }

  private boolean isConsumed(String name) {
    lock.lock();
    try {
      return consumed.contains(name);
    } finally {
      lock.unlock();
    }
  }

  private void lanesChanged() {
    lock.lock();
    try {
      lanesChanged = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes what the broker delivers from one lane. */
  private final class Consumer extends DefaultConsumer {
    private final LeasedChannel on;
    private final LiveQueue queue;
    private final String name;

    Consumer(LeasedChannel on, LiveQueue queue, String name) {
      super(on.channel());
      this.on = on;
      this.queue = queue;
      this.name = name;
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      lock.lock();
      try {
        if (on != channel) {
          return;
        }
        if (reserve(body.length)) {
          arrived.add(new Arrival(on, queue, envelope, properties, body));
          changed.signalAll();
        } else {
          parked.add(envelope.getDeliveryTag());
        }
      } finally {
        lock.unlock();
      }
    }

    /** The queue has been deleted; when it comes back, it is joined again. */
    @Override
    public void handleCancel(String consumerTag) {
      topology.forget(tenant.uid(), name);
      lock.lock();
      try {
        consumed.remove(name);
      } finally {
        lock.unlock();
      }
    }
  }
}
