package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.Mover;
import dev.kryonix.messaging.retry.Moves;
import dev.kryonix.messaging.retry.Parked;
import dev.kryonix.messaging.retry.ParkedStore;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ordered queues that consumers of this replica are at. */
@Singleton
final class OrderedQueues {
  private static final Logger LOG = LoggerFactory.getLogger(OrderedQueues.class);

  private final TenantConnections connections;
  private final TenantQueues queues;
  private final Leases leases;
  private final Moves moves;
  private final Mover mover;
  private final ParkedStore parked;
  private final Buffer buffer;
  private final InstantSource clock;
  private final String instance;
  private final Map<Id, OrderedQueue> open = new ConcurrentHashMap<>();

  private record Id(TenantUid tenant, String queue) {}

  OrderedQueues(
      TenantConnections connections,
      TenantQueues queues,
      Leases leases,
      Moves moves,
      Mover mover,
      ParkedStore parked,
      Buffer buffer,
      InstantSource clock,
      AckTokens tokens) {
    this.connections = connections;
    this.queues = queues;
    this.leases = leases;
    this.moves = moves;
    this.mover = mover;
    this.parked = parked;
    this.buffer = buffer;
    this.clock = clock;
    this.instance = AckForwarding.queue(tokens.instance());
  }

  /** The queue, which exists in the broker, with one consumer more. */
  OrderedQueue join(TenantView tenant, LiveQueue queue, Runnable onMessage) {
    Id id = new Id(tenant.uid(), queue.name());
    while (true) {
      Optional<OrderedQueue> known = joinOpen(tenant, queue, onMessage);
      if (known.isPresent()) {
        return known.get();
      }
      OrderedQueue fresh = OrderedQueue.open(this, tenant, queue);
      if (open.putIfAbsent(id, fresh) != null) {
        fresh.leave(onMessage, channel -> {});
      }
    }
  }

  /** As {@link #join}, when this replica is at the queue already. */
  Optional<OrderedQueue> joinOpen(TenantView tenant, LiveQueue queue, Runnable onMessage) {
    Id id = new Id(tenant.uid(), queue.name());
    OrderedQueue known = open.get(id);
    if (known == null || known.join(onMessage)) {
      return Optional.ofNullable(known);
    }
    open.remove(id, known);
    return Optional.empty();
  }

  /** Removes what waits on this replica and no consumer holds; how many messages that were. */
  int purge(TenantUid tenant, String queue) {
    OrderedQueue known = open.get(new Id(tenant, queue));
    return known == null ? 0 : known.purge();
  }

  /** Forgets one that has ended. */
  void forget(TenantView tenant, LiveQueue queue, OrderedQueue ended) {
    open.remove(new Id(tenant.uid(), queue.name()), ended);
  }

  /** What is known of a message that comes back. */
  Optional<Parked> find(TenantView tenant, LiveQueue queue, BasicProperties properties) {
    try {
      return parked.find(Owner.of(tenant), queue.name(), String.valueOf(properties.getMessageId()));
    } catch (ServiceException e) {
      LOG.warn(
          "whether message {} of tenant {} in {} has been tried is not known: it is tried at once",
          properties.getMessageId(),
          tenant.id(),
          queue.name(),
          e);
      return Optional.empty();
    }
  }

  String keyOf(BasicProperties properties) {
    return Envelope.orderingKey(properties);
  }

  /** Does what nobody waits for; what fails is left as it is. */
  void inBackground(Runnable work) {
    Thread.ofVirtual()
        .name("parked")
        .start(
            () -> {
              try {
                work.run();
              } catch (ServiceException e) {
                LOG.debug("what is parked is not up to date", e);
              }
            });
  }

  /** The queue of this instance for what others ask of it, by which its consumers are known. */
  String instance() {
    return instance;
  }

  TenantConnections connections() {
    return connections;
  }

  TenantQueues queues() {
    return queues;
  }

  Leases leases() {
    return leases;
  }

  Moves moves() {
    return moves;
  }

  Mover mover() {
    return mover;
  }

  ParkedStore parked() {
    return parked;
  }

  Buffer buffer() {
    return buffer;
  }

  InstantSource clock() {
    return clock;
  }
}
