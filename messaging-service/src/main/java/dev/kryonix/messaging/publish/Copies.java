package dev.kryonix.messaging.publish;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.connection.TenantMemory;
import dev.kryonix.messaging.dedup.Batches;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.TenantQueues;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends copies of messages that are in their queues further: to all automation consumers, and into
 * the history, in the order of the confirms. On a channel of their own, so that they wait for no
 * publish.
 */
@Singleton
final class Copies implements TenantMemory {
  private static final Logger LOG = LoggerFactory.getLogger(Copies.class);
  private static final int MOST_IN_A_BATCH = 256;
  private static final int PERSISTENT = 2;

  /** Between two tries to put a copy into the history. */
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final TenantChannels channels;
  private final TenantQueues queues;
  private final Operations operations;
  private final PublishConfig config;
  private final Counter missed;
  private final Map<TenantUid, Batches<Copy>> lanes = new ConcurrentHashMap<>();

  Copies(
      TenantConnections connections,
      Broker broker,
      TenantQueues queues,
      Operations operations,
      PublishConfig config,
      FairShare share,
      MeterRegistry meters) {
    this.channels = new TenantChannels(connections, broker, config, share);
    this.queues = queues;
    this.operations = operations;
    this.config = config;
    this.missed =
        Counter.builder("kryonix.messaging.history.missed")
            .description("Messages that were published and of which the history has no copy")
            .register(meters);
  }

  private enum Target {
    AUTOMATION,
    HISTORY
  }

  private record Copy(
      TenantView tenant,
      Target target,
      Packed packed,
      long end,
      CompletableFuture<Outcome> outcome) {}

  /** Gives every automation consumer of the tenant a copy. */
  CompletableFuture<Outcome> toAutomation(TenantView tenant, Packed packed) {
    return add(tenant, Target.AUTOMATION, packed);
  }

  /**
   * Puts a copy into the tenant's history. A message is published although that fails, which is
   * counted.
   */
  CompletableFuture<Outcome> toHistory(TenantView tenant, Packed packed) {
    return add(tenant, Target.HISTORY, packed)
        .whenComplete(
            (outcome, error) -> {
              if (outcome != Outcome.CONFIRMED) {
                missed.increment();
                LOG.warn("the history of tenant {} misses a message: {}", tenant.id(), outcome);
              }
            });
  }

  /**
   * Puts a mark into the history, behind all that has been answered before. It is a message of that
   * id and no operation.
   */
  CompletableFuture<Outcome> mark(TenantView tenant, String id) {
    BasicProperties properties =
        new BasicProperties.Builder().messageId(id).deliveryMode(PERSISTENT).build();
    return add(tenant, Target.HISTORY, new Packed(properties, new byte[0]));
  }

  /** Puts a message into the history alone, such as one that a restore brings back. */
  CompletableFuture<Outcome> append(TenantView tenant, Packed packed) {
    return add(tenant, Target.HISTORY, packed);
  }

  @Override
  public void forget(TenantUid tenant) {
    lanes.remove(tenant);
  }

  private CompletableFuture<Outcome> add(TenantView tenant, Target target, Packed packed) {
    long end = System.nanoTime() + config.confirmTimeout().toNanos();
    Copy copy = new Copy(tenant, target, packed, end, new CompletableFuture<>());
    lanes
        .computeIfAbsent(
            tenant.uid(), unused -> new Batches<>("copies", MOST_IN_A_BATCH, this::send))
        .add(copy);
    return copy.outcome;
  }

  private void send(List<Copy> copies) {
    copies.forEach(this::send);
  }

  private void send(Copy copy) {
    try {
      write(copy)
          .exceptionally(notWritten -> Outcome.LOST)
          .thenAccept(outcome -> ended(copy, outcome));
    } catch (ServiceException e) {
      LOG.debug("a copy of tenant {} is not made", copy.tenant.id(), e);
      ended(copy, Outcome.LOST);
    } catch (RuntimeException e) {
      LOG.error("a copy of tenant {} cannot be made", copy.tenant.id(), e);
      copy.outcome.complete(Outcome.LOST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      copy.outcome.complete(Outcome.LOST);
    }
  }

  /**
   * A copy for the history that may not have arrived, because the connection broke or the history
   * has gone, is sent again for a while: its message is published already, and better there twice
   * than not at all.
   */
  private void ended(Copy copy, Outcome outcome) {
    boolean mayBeMissing = outcome == Outcome.LOST || outcome == Outcome.RETURNED;
    if (copy.target != Target.HISTORY || !mayBeMissing || System.nanoTime() - copy.end > 0) {
      copy.outcome.complete(outcome);
      return;
    }
    if (outcome == Outcome.RETURNED) {
      queues.forget(copy.tenant.uid(), Names.HISTORY);
    }
    CompletableFuture.delayedExecutor(
            PAUSE.toMillis(),
            TimeUnit.MILLISECONDS,
            again -> Thread.ofVirtual().name("history-again").start(again))
        .execute(() -> send(copy));
  }

  private CompletableFuture<Outcome> write(Copy copy) throws InterruptedException {
    return switch (copy.target) {
      case AUTOMATION -> {
        queues.ensureAutomation(copy.tenant, operations.automation(copy.tenant));
        yield write(copy, new Destination(Names.AUTOMATION, ""));
      }
      case HISTORY -> {
        queues.ensureHistory(copy.tenant);
        yield write(copy, new Destination("", Names.HISTORY));
      }
    };
  }

  /** Over one channel, since the history has its order. */
  private CompletableFuture<Outcome> write(Copy copy, Destination to) throws InterruptedException {
    return channels.of(copy.tenant, Strand.SHARED).publish(to, copy.packed, () -> {});
  }
}
