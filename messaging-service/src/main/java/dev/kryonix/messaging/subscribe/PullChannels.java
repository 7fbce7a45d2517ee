package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.GetResponse;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.retry.Move;
import dev.kryonix.messaging.retry.Mover;
import dev.kryonix.messaging.retry.Moves;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A channel of each tenant from which messages are got one by one, for those who ask and do not
 * wait. It stays while messages from it are held, and a little longer.
 */
@Singleton
final class PullChannels {
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final TenantConnections connections;
  private final TenantQueues queues;
  private final Leases leases;
  private final Ladder ladder;
  private final Moves moves;
  private final Mover mover;
  private final Buffer buffer;
  private final Map<TenantUid, Used> channels = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("pull-channels").factory());

  /** A channel and when it was last got from. */
  private record Used(LeasedChannel channel, long nanos) {}

  PullChannels(
      TenantConnections connections,
      TenantQueues queues,
      Leases leases,
      Ladder ladder,
      Moves moves,
      Mover mover,
      Buffer buffer) {
    this.connections = connections;
    this.queues = queues;
    this.leases = leases;
    this.ladder = ladder;
    this.moves = moves;
    this.mover = mover;
    this.buffer = buffer;
    sweeper.scheduleWithFixedDelay(
        this::closeIdle, IDLE.toMillis(), IDLE.toMillis() / 2, TimeUnit.MILLISECONDS);
  }

  /** The next message of that queue of the broker; null when it has none, or there is no room. */
  @Nullable Arrival get(TenantView tenant, LiveQueue queue, String source) {
    return ask(tenant, source, channel -> next(channel, tenant, queue, source)).orElse(null);
  }

  /** Whether that queue of the broker has messages, and nobody to whom it gives them. */
  boolean isOffered(TenantView tenant, String source) {
    return ask(
            tenant, source, channel -> Optional.of(channel.channel().queueDeclarePassive(source)))
        .filter(found -> found.getMessageCount() > 0 && found.getConsumerCount() == 0)
        .isPresent();
  }

  private Optional<Arrival> next(
      LeasedChannel channel, TenantView tenant, LiveQueue queue, String source) throws IOException {
    while (buffer.hasRoom(tenant.uid())) {
      GetResponse found = channel.channel().basicGet(source, false);
      if (found == null) {
        return Optional.empty();
      }
      Taken taken = new Taken(tenant, queue, source, found.getProps(), found.getBody());
      Arrival arrival =
          new Arrival(
              channel,
              found.getEnvelope().getDeliveryTag(),
              taken,
              taken.attempts(),
              found.getEnvelope().isRedeliver(),
              buffer.take(tenant.uid(), taken.body().length));
      Optional<Move> move = moves.onArrival(taken);
      if (move.isEmpty()) {
        return Optional.of(arrival);
      }
      channel.carryAway(
          arrival, () -> mover.make(taken, move.get()) ? Fate.ACKNOWLEDGE : Fate.FAILED);
    }
    return Optional.empty();
  }

  /** What the broker is asked of a queue. */
  private interface Question<T> {
    Optional<T> ask(LeasedChannel channel) throws IOException;
  }

  /** Empty when the queue has gone, too. */
  private <T> Optional<T> ask(TenantView tenant, String source, Question<T> question) {
    LeasedChannel channel = channel(tenant);
    try {
      return question.ask(channel);
    } catch (IOException e) {
      if (Channels.isOwnFault(channel.channel())) {
        // The queue has been deleted, and the channel with it.
        queues.forget(tenant.uid(), source);
        return Optional.empty();
      }
      if (Channels.isUnanswered(channel.channel())) {
        Channels.abortAside(channel.channel());
      }
      throw BrokerErrors.unavailable(e);
    } catch (AlreadyClosedException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  private LeasedChannel channel(TenantView tenant) {
    Used known = channels.get(tenant.uid());
    if (known != null && known.channel.isOpen()) {
      return use(tenant, known.channel);
    }
    LeasedChannel fresh =
        leases.open(
            connections
                .toConsume(tenant)
                .openHoldingChannel(tenant.limits().getMessaging().getChannels()),
            ladder);
    LeasedChannel used = use(tenant, fresh);
    if (used != fresh) {
      fresh.closeOnceEmpty();
    }
    return used;
  }

  /** That channel from now on, unless there is another one already. */
  private LeasedChannel use(TenantView tenant, LeasedChannel channel) {
    return channels.merge(
            tenant.uid(),
            new Used(channel, System.nanoTime()),
            (known, offered) ->
                known.channel.isOpen() ? new Used(known.channel, offered.nanos) : offered)
        .channel;
  }

  private void closeIdle() {
    long before = System.nanoTime() - IDLE.toNanos();
    channels
        .values()
        .removeIf(
            used -> {
              boolean idle = used.nanos - before < 0;
              if (idle) {
                used.channel.closeOnceEmpty();
              }
              return idle;
            });
  }

  @PreDestroy
  void stop() {
    sweeper.shutdownNow();
  }
}
