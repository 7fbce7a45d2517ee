package dev.kryonix.messaging.topology;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.connection.TenantMemory;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Declares a tenant's queues when they are first used, and knows which there are. Declaring is
 * idempotent, so losing this knowledge costs a round trip and nothing else.
 */
@Singleton
public final class TenantQueues implements TenantMemory {
  private final TenantConnections connections;
  private final Broker broker;
  private final ManagementApi api;
  private final Operations operations;
  private final QueueLock lock;
  private final HistoryRules history;
  private final Map<TenantUid, Known> tenants = new ConcurrentHashMap<>();

  public TenantQueues(
      TenantConnections connections,
      Broker broker,
      ManagementApi api,
      Operations operations,
      HistoryRules history,
      QueueLock lock) {
    this.broker = broker;
    this.lock = lock;
    this.connections = connections;
    this.api = api;
    this.operations = operations;
    this.history = history;
  }

  /** What this process knows of one tenant's queues. */
  private static final class Known {
    final ReentrantLock declaring = new ReentrantLock();
    final QueueListing listing;
    final Set<String> declared = ConcurrentHashMap.newKeySet();
    boolean closed;
    final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    Known(QueueListing listing) {
      this.listing = listing;
    }
  }

  /** Sees to it that the lane's queue exists and is bound. */
  public void ensure(TenantView tenant, LiveQueue queue, Lane lane) {
    ensureSource(tenant, queue, queue.name(lane));
  }

  /** Sees to it that the lane's queue exists, and that the route leads there. */
  public void ensure(TenantView tenant, LiveQueue queue, Lane lane, Route route) {
    ensure(tenant, queue, lane);
    if (!route.exchange().equals(Names.PUBLISH)) {
      String name = queue.name(lane);
      ensure(
          tenant,
          bound(name, route.exchange()),
          channel -> channel.queueBind(name, route.exchange(), name));
    }
  }

  /** Sees to it that the tenant's history exists; nothing is bound to it. */
  public void ensureHistory(TenantView tenant) {
    ensure(
        tenant,
        Names.HISTORY,
        channel ->
            channel.queueDeclare(
                Names.HISTORY,
                true,
                false,
                false,
                Map.of(
                    "x-queue-type",
                    "stream",
                    "x-stream-max-segment-size-bytes",
                    history.segmentBytes())));
  }

  /** Sees to it that these queues, which exist, get a copy of what goes to all automation. */
  public void ensureAutomation(TenantView tenant, List<LiveQueue> consumers) {
    for (LiveQueue consumer : consumers) {
      String name = consumer.name(Lane.NORMAL);
      ensure(tenant, consumer, Lane.NORMAL);
      ensure(
          tenant,
          bound(name, Names.AUTOMATION),
          channel -> channel.queueBind(name, Names.AUTOMATION, ""));
    }
  }

  /** How it is remembered that a queue is bound to a further exchange; no queue's name has that. */
  private static String bound(String queue, String exchange) {
    return queue + "@" + exchange;
  }

  /** Sees to it that the operation's queue of that name, a lane or the ordered one, exists. */
  public void ensureSource(TenantView tenant, LiveQueue queue, String name) {
    ensure(tenant, name, channel -> declare(channel, name, arguments(queue, name)));
  }

  /**
   * Sees to it that the module's queue of dead letters exists and is bound. They are kept for as
   * long as the module's messages are.
   */
  public void ensureDeadLetters(TenantView tenant, String module) {
    String name = Names.deadLetters(module);
    Duration retention = operations.retention(module);
    ensure(
        tenant,
        name,
        channel -> declare(channel, name, Map.of("x-message-ttl", retention.toMillis())));
  }

  /**
   * Sees to it that a step of the retry ladder exists and is bound. Its messages leave it towards
   * their own queues at least once, and stay while those are full or gone.
   */
  public void ensureRetry(TenantView tenant, RetryTier tier) {
    ensure(
        tenant,
        tier.queue(),
        channel ->
            declare(
                channel,
                tier.queue(),
                Map.of(
                    "x-message-ttl",
                    tier.delay().toMillis(),
                    "x-dead-letter-exchange",
                    Names.PUBLISH,
                    "x-dead-letter-strategy",
                    "at-least-once",
                    "x-overflow",
                    "reject-publish")));
  }

  /** The queue turned out to be gone: the next {@link #ensure} declares it again. */
  public void forget(TenantUid tenant, String queue) {
    Known known = tenants.get(tenant);
    if (known != null) {
      known.listing.gone(queue);
      known.declared.removeIf(name -> name.equals(queue) || name.startsWith(queue + "@"));
    }
  }

  /** All queues turned out to be gone, with their vhost. */
  void forgetQueues(TenantUid tenant) {
    Known known = tenants.get(tenant);
    if (known != null) {
      known.declared.clear();
    }
  }

  /**
   * Declares nothing more, and waits for what is being declared. A quorum queue that is declared
   * while its vhost is deleted can take the broker's supervisor of dead-letter workers down, and
   * then no queue of the whole node gets a leader any more (seen with RabbitMQ 3.10).
   */
  void close(TenantUid tenant) {
    Known known = known(tenant);
    known.declaring.lock();
    try {
      known.closed = true;
    } finally {
      known.declaring.unlock();
    }
  }

  @Override
  public void forget(TenantUid tenant) {
    tenants.remove(tenant);
  }

  /**
   * The names of all queues that the tenant has in the broker, as of a second ago, or of when its
   * management API answered last.
   */
  public Set<String> existing(TenantView tenant) throws ManagementException {
    return known(tenant.uid()).listing.names(tenant.id());
  }

  /** Calls the listener whenever this process has declared a queue of the tenant. */
  public AutoCloseable onDeclared(TenantUid tenant, Runnable listener) {
    List<Runnable> listeners = known(tenant).listeners;
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Whether a queue of that name is known to be there. */
  public boolean isDeclared(TenantView tenant, String queue) {
    return known(tenant.uid()).declared.contains(queue);
  }

  /** Whether a queue is known to be there and the exchange of a route to lead to it. */
  public boolean isDeclared(TenantView tenant, String queue, String exchange) {
    return isDeclared(tenant, queue)
        && (exchange.equals(Names.PUBLISH) || isDeclared(tenant, bound(queue, exchange)));
  }

  private void ensure(TenantView tenant, String name, Declaration declaration) {
    EventLoops.requireNone();
    Known known = known(tenant.uid());
    if (known.declared.contains(name)) {
      return;
    }
    known.declaring.lock();
    try {
      if (known.declared.contains(name)) {
        return;
      }
      if (known.closed) {
        throw CommonErrors.notServing("the tenant is being removed");
      }
      if (Names.isOfPlan(queueOf(name)) && wouldBeTooMany(tenant, known, queueOf(name))) {
        throw QueueErrors.limitReached(name);
      }
      BrokerConnection connection = connections.toPublish(tenant);
      if (takesNothing(connection)) {
        throw BrokerErrors.blocked();
      }
      lock.whileKept(tenant.uid(), queueOf(name), () -> run(connection, declaration, name));
      known.declared.add(name);
    } finally {
      known.declaring.unlock();
    }
    known.listing.declared(queueOf(name));
    known.listeners.forEach(Runnable::run);
  }

  /**
   * Whether the tenant has all the queues of its plan, and this is none of them. While the
   * management API is away it is what was there before, and the broker's own limit.
   */
  private static boolean wouldBeTooMany(TenantView tenant, Known known, String queue) {
    Set<String> names;
    try {
      names = known.listing.names(tenant.id());
    } catch (ManagementException e) {
      return false;
    }
    return !names.contains(queue)
        && names.stream().filter(Names::isOfPlan).count()
            >= tenant.limits().getMessaging().getQueues();
  }

  /** During an alarm it does not read a declaration either, from a connection that publishes. */
  private boolean takesNothing(BrokerConnection connection) {
    return connection.isBlocked() || broker.isAlarmed();
  }

  private static String queueOf(String remembered) {
    int at = remembered.indexOf('@');
    return at < 0 ? remembered : remembered.substring(0, at);
  }

  /** A refused declaration closes its channel, so each has one of its own. */
  private void run(BrokerConnection connection, Declaration declaration, String name) {
    Channel channel = connection.openChannel();
    try {
      declaration.on(channel);
      channel.close();
    } catch (IOException e) {
      if (e.getCause() instanceof ShutdownSignalException signal && !signal.isHardError()) {
        onRefusal(connection, name, signal);
      } else {
        Channels.abortAside(channel);
        // The alarm may have come while the broker was to read the declaration.
        throw takesNothing(connection) ? BrokerErrors.blocked() : BrokerErrors.unavailable(e);
      }
    } catch (TimeoutException | ShutdownSignalException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  /** A queue that exists with other arguments, from an older catalogue, is used as it is. */
  private static void onRefusal(
      BrokerConnection connection, String name, ShutdownSignalException signal) {
    String text = String.valueOf(signal.getReason());
    if (text.contains("queue limit")) {
      throw QueueErrors.limitReached(name);
    }
    boolean otherArguments =
        signal.getReason() instanceof AMQP.Channel.Close close
            && close.getReplyCode() == AMQP.PRECONDITION_FAILED;
    if (!otherArguments) {
      throw BrokerErrors.unavailable(signal);
    }
    if (name.equals(Names.HISTORY)) {
      return;
    }
    Channel channel = connection.openChannel();
    try {
      bind(channel, name);
      channel.close();
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  /** An ordered queue has one consumer at a time, of whichever replica. */
  private static Map<String, Object> arguments(LiveQueue queue, String name) {
    long ttl = queue.ttl().toMillis();
    return Names.isOrdered(name)
        ? Map.of("x-message-ttl", ttl, "x-single-active-consumer", true)
        : Map.of("x-message-ttl", ttl);
  }

  private static void declare(Channel channel, String name, Map<String, Object> more)
      throws IOException {
    Map<String, Object> arguments = new java.util.HashMap<>(more);
    arguments.put("x-queue-type", "quorum");
    channel.queueDeclare(name, true, false, false, arguments);
    bind(channel, name);
  }

  private static void bind(Channel channel, String name) throws IOException {
    QueueBinding binding = QueueBinding.of(name);
    channel.queueBind(name, binding.exchange(), binding.routingKey());
  }

  private Known known(TenantUid tenant) {
    return tenants.computeIfAbsent(tenant, unused -> new Known(new QueueListing(api)));
  }

  @FunctionalInterface
  private interface Declaration {
    void on(Channel channel) throws IOException;
  }
}
