package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.retry.Move;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel with a consumer on each lane. The broker hands over as many messages of a lane as the
 * consumer may hold at most; of many operations, which share one limit, a few times their share.
 */
final class LaneConsumers {
  private static final int MOST_PREFETCH = 300;
  private static final int SHARES = 4;

  private final Subscribing subscribing;
  private final TenantView tenant;
  private final Receiver receiver;
  private final LeasedChannel channel;
  private final boolean isPull;
  private final Map<String, Consumer> joined = new ConcurrentHashMap<>();
  private int prefetch;

  /** Whom the messages are for. */
  interface Receiver {
    void joined(LaneLot lot);

    void arrived(LaneConsumers from, LaneLot lot, Taken taken, Envelope envelope);
  }

  private LaneConsumers(
      Subscribing subscribing,
      TenantView tenant,
      Receiver receiver,
      LeasedChannel channel,
      boolean isPull) {
    this.isPull = isPull;
    this.subscribing = subscribing;
    this.tenant = tenant;
    this.receiver = receiver;
    this.channel = channel;
  }

  static LaneConsumers open(
      Subscribing subscribing, TenantView tenant, Receiver receiver, boolean isPull) {
    Channel fresh =
        subscribing
            .connections()
            .toConsume(tenant)
            .openHoldingChannel(tenant.limits().getMessaging().getChannels());
    LeasedChannel leased = subscribing.leases().open(fresh, subscribing.ladder());
    return new LaneConsumers(subscribing, tenant, receiver, leased, isPull);
  }

  /** From now on the broker hands over so many of a lane; what it has handed over stays. */
  void prefetch(int messages) {
    if (messages == prefetch) {
      return;
    }
    try {
      channel.channel().basicQos(messages);
      prefetch = messages;
      for (Consumer consumer : joined.values()) {
        channel.channel().basicCancel(consumer.tag);
        consumer.consume();
      }
    } catch (IOException | AlreadyClosedException e) {
      endIfUnanswered();
      throw BrokerErrors.unavailable(e);
    }
  }

  static int prefetch(int limit, int operations) {
    return Math.clamp(
        Math.ceilDiv((long) SHARES * limit, operations), 1, Math.min(limit, MOST_PREFETCH));
  }

  LeasedChannel channel() {
    return channel;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  int lanes() {
    return Math.max(1, joined.size());
  }

  /** Consumes from the lane if it is not done yet. */
  void consume(LiveQueue queue, Lane lane) {
    String name = queue.name(lane);
    if (joined.containsKey(name)) {
      return;
    }
    LaneLot lot = new LaneLot(name, lane);
    receiver.joined(lot);
    Consumer consumer = new Consumer(queue, lot);
    try {
      consumer.consume();
      joined.put(name, consumer);
      if (consumer.isCancelled) {
        joined.remove(name);
      }
    } catch (IOException | AlreadyClosedException e) {
      if (Channels.isOwnFault(channel.channel())) {
        // The queue has gone since the broker named it.
        subscribing.queues().forget(tenant.uid(), name);
      }
      endIfUnanswered();
      throw BrokerErrors.unavailable(e);
    }
  }

  /** Whether the broker has a consumer here is not known then, and it would deliver to nobody. */
  private void endIfUnanswered() {
    if (Channels.isUnanswered(channel.channel())) {
      Channels.abortAside(channel.channel());
    }
  }

  /**
   * Moves a message that no consumer is to see. Of one that the broker delivers again, or that is
   * moved again because nobody knows what became of the first try, a copy may be there already.
   */
  void carryAway(Envelope envelope, Taken taken, Move move) {
    Arrival arrival =
        new Arrival(
            channel,
            envelope.getDeliveryTag(),
            taken,
            taken.attempts(),
            envelope.isRedeliver(),
            subscribing.buffer().take(tenant.uid(), taken.body().length));
    AtomicBoolean mayBeThere = new AtomicBoolean(envelope.isRedeliver());
    channel.carryAway(
        arrival,
        () -> {
          Move now = mayBeThere.getAndSet(true) ? move.again() : move;
          return subscribing.mover().make(taken, now) ? Fate.ACKNOWLEDGE : Fate.FAILED;
        });
  }

  /** Stops consuming; the channel stays for what is held on it. */
  void stop() {
    for (Consumer consumer : joined.values()) {
      channel.stop(consumer.lot.name(), consumer.tag, prefetch);
    }
  }

  /** Takes what the broker delivers from one lane. */
  private final class Consumer extends DefaultConsumer {
    private final LiveQueue queue;
    private final LaneLot lot;

    /** What the broker calls it: known here before {@link #handleConsumeOk} has had its turn. */
    private volatile String tag = "";

    private volatile boolean isCancelled;

    Consumer(LiveQueue queue, LaneLot lot) {
      super(channel.channel());
      this.queue = queue;
      this.lot = lot;
    }

    void consume() throws IOException {
      // Without a name of ours the broker gives it one.
      String named = isPull ? Names.PULLS + lot.name() : "";
      tag = channel.channel().basicConsume(lot.name(), false, named, this);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      receiver.arrived(
          LaneConsumers.this,
          lot,
          new Taken(tenant, queue, lot.name(), properties, body),
          envelope);
    }

    /** The queue has been deleted; when it comes back, it is joined again. */
    @Override
    public void handleCancel(String consumerTag) {
      subscribing.queues().forget(tenant.uid(), lot.name());
      isCancelled = true;
      joined.remove(lot.name());
    }
  }
}
