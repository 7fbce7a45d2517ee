package dev.kryonix.messaging.connection;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.state.PatrolBell;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.BrokerNodes;
import dev.kryonix.messaging.broker.Names;
import io.netty.channel.Channel;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tenants' connections to the broker, up to two each: one to publish and one to consume,
 * because an alarm stops the broker from reading the first, and acknowledgements must go on. Opened
 * when first used, as the tenant's own broker user, and closed when idle.
 *
 * <p>All sockets are served by the process's event loops, those of its own callers too, so that a
 * message often goes on to the broker, and its confirm back, on the thread that it came in on.
 * Consumers are called on virtual threads. The client's own recovery is off: it covers neither the
 * first connect nor a channel's errors, so whoever holds a connection that has closed asks for
 * another.
 */
@Singleton
public final class TenantConnections {
  private static final int RPC_TIMEOUT_MILLIS = 10_000;
  private static final int SWEEPS_PER_IDLE_TIMEOUT = 4;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

  /** What the broker says of a vhost's or user's limit, before its value. */
  private static final String LIMIT_REACHED = "connection limit (";

  private final BrokerConfig broker;
  private final BrokerNodes nodes;
  private final ConnectionConfig config;
  private final BrokerPasswords passwords;
  private final PatrolBell bell;
  private final Circuit circuit;
  private final Map<Key, Slot> slots = new ConcurrentHashMap<>();
  private final EventLoops loops;
  private final ExecutorService consumers = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("idle-connections").factory());

  public TenantConnections(
      BrokerConfig broker,
      BrokerNodes nodes,
      ConnectionConfig config,
      BrokerPasswords passwords,
      PatrolBell bell,
      EventLoops loops) {
    this.broker = broker;
    this.nodes = nodes;
    this.config = config;
    this.passwords = passwords;
    this.bell = bell;
    this.loops = loops;
    this.circuit = new Circuit(config.retryAfter());
    long period = config.idleTimeout().toMillis() / SWEEPS_PER_IDLE_TIMEOUT;
    sweeper.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.MILLISECONDS);
  }

  /** What a connection is for. */
  private enum Purpose {
    PUBLISH,
    CONSUME
  }

  private record Key(TenantUid tenant, Purpose purpose) {}

  /** The tenant's connection to publish on. */
  public BrokerConnection toPublish(TenantView tenant) {
    return get(tenant, Purpose.PUBLISH);
  }

  /** The tenant's connection to consume from. */
  public BrokerConnection toConsume(TenantView tenant) {
    return get(tenant, Purpose.CONSUME);
  }

  /** Closes the tenant's connections; unacknowledged messages go back to their queues. */
  public void close(TenantUid tenant) {
    for (Purpose purpose : Purpose.values()) {
      Slot slot = slots.remove(new Key(tenant, purpose));
      if (slot != null) {
        slot.close();
      }
    }
  }

  private BrokerConnection get(TenantView tenant, Purpose purpose) {
    Key key = new Key(tenant.uid(), purpose);
    while (true) {
      Slot slot = slot(key);
      Optional<BrokerConnection> connection = slot.get(() -> open(tenant, purpose));
      if (connection.isPresent()) {
        return connection.get();
      }
      slots.remove(key, slot);
    }
  }

  private Slot slot(Key key) {
    Slot slot = slots.get(key);
    if (slot != null) {
      return slot;
    }
    if (slots.size() >= 2 * config.maxTenants()) {
      throw ConnectionErrors.tooManyTenants();
    }
    return slots.computeIfAbsent(key, unused -> new Slot(config.retryAfter()));
  }

  private BrokerConnection open(TenantView tenant, Purpose purpose) {
    circuit.check();
    try {
      BrokerConnection connection = connect(tenant, purpose);
      circuit.succeeded();
      return connection;
    } catch (IOException e) {
      throw refused(tenant, e);
    } catch (TimeoutException e) {
      circuit.failed(e);
      throw BrokerErrors.unavailable(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BrokerErrors.unavailable(e);
    }
  }

  /**
   * Connects with whichever password the user has. For a moment it may be one that is not known
   * here yet: another instance has just put it into the broker, and the state stream is bringing
   * it. Or the user, the vhost or the permission for it were deleted by hand, and are being put
   * back, one after the other.
   */
  private BrokerConnection connect(TenantView tenant, Purpose purpose)
      throws IOException, TimeoutException, InterruptedException {
    long end = System.nanoTime() + config.accessPatience().toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      IOException refusal;
      try {
        return connectWithAny(tenant, purpose);
      } catch (IOException e) {
        if (!isWithoutAccess(e)) {
          throw e;
        }
        refusal = e;
      }
      bell.ring();
      if (System.nanoTime() + pause.toNanos() > end) {
        throw refusal;
      }
      Thread.sleep(pause);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }
  }

  private static boolean isWithoutAccess(IOException e) {
    return e instanceof AuthenticationFailureException || isRefusedVhost(e);
  }

  private static boolean isRefusedVhost(IOException e) {
    return e.getCause() instanceof ShutdownSignalException signal
        && signal.getReason() instanceof AMQP.Connection.Close close
        && close.getReplyCode() == AMQP.NOT_ALLOWED
        && !isLimit(signal);
  }

  private static boolean isLimit(ShutdownSignalException signal) {
    return String.valueOf(signal.getMessage()).contains(LIMIT_REACHED);
  }

  private BrokerConnection connectWithAny(TenantView tenant, Purpose purpose)
      throws IOException, TimeoutException {
    AuthenticationFailureException refusal = null;
    for (String password : passwords.candidates(tenant)) {
      try {
        // Of several nodes that are tried, the last is the one that answered.
        AtomicReference<@Nullable Socket> socket = new AtomicReference<>();
        Connection connection =
            nodes.connect(
                factory(tenant, password, channel -> socket.set(new Socket(channel))),
                "kryonix-messaging " + purpose.name().toLowerCase(Locale.ROOT),
                tenant.uid().value().hashCode());
        return new BrokerConnection(connection, Objects.requireNonNull(socket.get()));
      } catch (AuthenticationFailureException e) {
        refusal = e;
      }
    }
    if (refusal == null) {
      throw new IllegalStateException("no broker password for " + tenant.id());
    }
    throw refusal;
  }

  /** A refusal that concerns the tenant only says nothing about the broker. */
  private ServiceException refused(TenantView tenant, IOException e) {
    if (e.getCause() instanceof ShutdownSignalException signal) {
      return isLimit(signal)
          ? ConnectionErrors.limitReached(tenant.id())
          : BrokerErrors.unavailable(e);
    }
    if (!(e instanceof AuthenticationFailureException)) {
      circuit.failed(e);
    }
    return BrokerErrors.unavailable(e);
  }

  private ConnectionFactory factory(
      TenantView tenant, String password, Consumer<Channel> onSocket) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setVirtualHost(Names.vhost(tenant.id()));
    factory.setUsername(Names.user(tenant.id()));
    factory.setPassword(password);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    int connectMillis = (int) broker.connectTimeout().toMillis();
    factory.setConnectionTimeout(connectMillis);
    factory.setHandshakeTimeout(connectMillis);
    factory.setChannelRpcTimeout(RPC_TIMEOUT_MILLIS);
    factory.setRequestedHeartbeat((int) config.heartbeat().toSeconds());
    factory.setSharedExecutor(consumers);
    factory
        .netty()
        .eventLoopGroup(loops.group())
        .bootstrapCustomizer(bootstrap -> bootstrap.channel(loops.channelType()))
        .channelCustomizer(onSocket);
    return factory;
  }

  private void sweep() {
    long idle = config.idleTimeout().toNanos();
    slots.entrySet().removeIf(entry -> entry.getValue().closeIfIdle(idle));
  }

  @PreDestroy
  void stop() {
    sweeper.shutdownNow();
    slots.values().forEach(Slot::close);
    consumers.shutdown();
  }
}
