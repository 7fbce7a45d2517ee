package dev.kryonix.messaging.publish;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Broker;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.TenantConnections;
import dev.kryonix.messaging.connection.TenantMemory;
import dev.kryonix.messaging.payload.Envelope;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.topology.HistoryRules;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Route;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes tenants' messages: each is in its queue, durably, once its receipt is there. */
@Singleton
public final class Publisher implements TenantMemory {
  private static final String MOVE = "move-";

  private final TenantQueues queues;
  private final HistoryRules history;
  private final Copies copies;
  private final Envelope envelope;
  private final PublishConfig config;
  private final InstantSource clock;
  private final Semaphore bytes;
  private final TenantChannels channels;
  private final AtomicLong moves = new AtomicLong();
  private final AtomicInteger strands = new AtomicInteger();
  private final ConcurrentMap<TenantUid, PublishRate> rates = new ConcurrentHashMap<>();

  public Publisher(
      TenantConnections connections,
      Broker broker,
      TenantQueues queues,
      HistoryRules history,
      Copies copies,
      Envelope envelope,
      PublishConfig config,
      FairShare share,
      InstantSource clock) {
    this.channels = new TenantChannels(connections, broker, config, share);
    this.queues = queues;
    this.history = history;
    this.copies = copies;
    this.envelope = envelope;
    this.config = config;
    this.clock = clock;
    this.bytes = new Semaphore(config.maxBytesInFlight());
  }

  /**
   * Says that a message is in its queue.
   *
   * @param message the message
   * @param lane the lane that it is in
   * @param time when the confirm arrived
   */
  public record Receipt(NewMessage message, Lane lane, Instant time) {}

  @Override
  public void forget(TenantUid tenant) {
    rates.remove(tenant);
  }

  /** A message on its way. */
  record Sent(TenantView tenant, NewMessage message, Lane lane, Packed packed, Strand strand) {
    String queue() {
      return message.isOrdered()
          ? Names.ordered(message.queue().name())
          : message.queue().name(lane);
    }

    String exchange() {
      // Order is that of one queue, to which the routes do not lead.
      return message.isOrdered() ? Names.PUBLISH : message.handling().route().exchange();
    }
  }

  /** Counts a message that is accepted, now or for later; refuses it over the tenant's rate. */
  public void charge(TenantView tenant) {
    rates
        .computeIfAbsent(tenant.uid(), unused -> new PublishRate())
        .take(tenant.limits().getMessaging().getPublishPerSecond());
  }

  /** Publishes the message, which has been charged, and waits for the confirm. */
  public Receipt publish(TenantView tenant, NewMessage message) throws InterruptedException {
    try {
      return submit(tenant, message).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ServiceException refusal
          ? refusal
          : BrokerErrors.unavailable(e);
    }
  }

  /** The messages of one more stream. */
  Strand newStrand() {
    return new Strand(strands.getAndIncrement());
  }

  /** Submits a message that need not keep its order among others. */
  public CompletableFuture<Receipt> submit(TenantView tenant, NewMessage message)
      throws InterruptedException {
    return submit(tenant, message, Strand.SHARED);
  }

  /**
   * Puts the message, which has been charged, on its way behind those of its strand, and returns at
   * once; the receipt comes, or the refusal, when the broker has answered. Waits only for room in
   * the window of the strand's channel.
   */
  CompletableFuture<Receipt> submit(TenantView tenant, NewMessage message, Strand strand)
      throws InterruptedException {
    return go(ready(tenant, message, strand));
  }

  /** The message as it goes to the broker. */
  Sent ready(TenantView tenant, NewMessage message, Strand strand) {
    return new Sent(tenant, message, message.lane(), envelope.pack(tenant, message), strand);
  }

  /** As {@link #submit(TenantView, NewMessage, Strand)}, of a message that is ready. */
  CompletableFuture<Receipt> go(Sent sent) throws InterruptedException {
    ensure(sent);
    return send(sent).thenCompose(outcome -> further(sent, outcome));
  }

  /**
   * The same for a caller who may not wait: empty, and nothing has happened, when the message would
   * have to, as its queue is not declared, the channel not open or its window full.
   */
  Optional<CompletableFuture<Receipt>> goAtOnce(Sent sent) {
    return sendAtOnce(sent).map(outcome -> outcome.thenCompose(known -> further(sent, known)));
  }

  /**
   * Sends a message that the broker holds already to another place in it, and waits for what the
   * broker says. It is not charged to the tenant's rate: it was when it was published.
   */
  public Outcome move(TenantView tenant, Destination to, Packed message)
      throws InterruptedException {
    Packed marked =
        new Packed(
            message.properties().builder().correlationId(MOVE + moves.incrementAndGet()).build(),
            message.body());
    return await(
        channels.of(tenant, Strand.SHARED).publish(to, marked, () -> {}), config.confirmTimeout());
  }

  private CompletableFuture<Receipt> further(Sent sent, Outcome outcome) {
    if (outcome == Outcome.RETURNED) {
      return OwnThread.run("publish-further", () -> CompletableFuture.completedFuture(again(sent)));
    }
    if (outcome == Outcome.CONFIRMED && hasCopies(sent)) {
      return copied(sent);
    }
    return CompletableFuture.completedFuture(receipt(sent, outcome));
  }

  private Receipt again(Sent sent) throws InterruptedException {
    Outcome outcome = await(sendAgain(sent), config.confirmTimeout());
    if (outcome != Outcome.CONFIRMED || !hasCopies(sent)) {
      return receipt(sent, outcome);
    }
    try {
      return copied(sent).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof ServiceException refusal
          ? refusal
          : BrokerErrors.unavailable(e);
    }
  }

  private boolean hasCopies(Sent sent) {
    return isForAutomation(sent) || history.keeps(sent.tenant);
  }

  private static boolean isForAutomation(Sent sent) {
    return sent.message.handling().route() == Route.AUTOMATION;
  }

  /**
   * The receipt of a message once its copies are made, too. They come after it: were it one publish
   * to all queues, a copy would hide that its own queue is gone, and the history would have what
   * was refused.
   */
  private CompletableFuture<Receipt> copied(Sent sent) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    if (isForAutomation(sent)) {
      outcomes.add(copies.toAutomation(sent.tenant, sent.packed));
    }
    if (history.keeps(sent.tenant)) {
      outcomes.add(
          copies
              .toHistory(sent.tenant, sent.packed)
              .thenApply(copy -> copy == Outcome.LOST ? Outcome.LOST : Outcome.CONFIRMED));
    }
    return CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
        .thenApply(all -> copied(sent, outcomes.stream().map(CompletableFuture::join).toList()));
  }

  /** What is answered as published is in the history, unless that takes no messages. */
  private Receipt copied(Sent sent, List<Outcome> outcomes) {
    if (outcomes.contains(Outcome.LOST)) {
      throw PublishErrors.unconfirmed();
    }
    return switch (outcomes.getFirst()) {
      // Without any automation consumer there is nobody to have a copy.
      case CONFIRMED, RETURNED -> receipt(sent, Outcome.CONFIRMED);
      case REFUSED -> throw PublishErrors.automationFull(sent.queue());
      case LOST -> throw PublishErrors.unconfirmed();
    };
  }

  /**
   * Puts a message that was published before into its queue again, as it lies. The result comes as
   * that of {@link #submit}; nothing is charged, and the history has it already.
   */
  public CompletableFuture<Boolean> republish(
      TenantView tenant, LiveQueue queue, String name, Packed packed) throws InterruptedException {
    queues.ensureSource(tenant, queue, name);
    return send(tenant, new Destination(Names.PUBLISH, name), packed, Strand.SHARED)
        .thenApply(
            outcome ->
                switch (outcome) {
                  case CONFIRMED -> true;
                  case REFUSED -> throw PublishErrors.queueFull(name);
                  case RETURNED -> throw gone(tenant, name);
                  case LOST -> throw PublishErrors.unconfirmed();
                });
  }

  private ServiceException gone(TenantView tenant, String queue) {
    queues.forget(tenant.uid(), queue);
    return PublishErrors.unroutable(queue);
  }

  /**
   * Declares the queue. A message that may wait for a short time only gets a place for the time
   * after it as well: the broker does not wait for one.
   */
  private void ensure(Sent sent) {
    if (sent.message.isOrdered()) {
      queues.ensureSource(sent.tenant, sent.message.queue(), sent.queue());
    } else {
      queues.ensure(sent.tenant, sent.message.queue(), sent.lane, sent.message.handling().route());
    }
    if (sent.message.ttl().isPresent()) {
      queues.ensureDeadLetters(sent.tenant, sent.message.queue().module());
    }
  }

  private boolean isDeclared(Sent sent) {
    return queues.isDeclared(sent.tenant, sent.queue(), sent.exchange())
        && (sent.message.ttl().isEmpty()
            || queues.isDeclared(sent.tenant, Names.deadLetters(sent.message.queue().module())));
  }

  private Optional<CompletableFuture<Outcome>> sendAtOnce(Sent sent) {
    Optional<ConfirmChannel> channel = channels.ifOpen(sent.tenant, sent.strand);
    if (channel.isEmpty() || !isDeclared(sent)) {
      return Optional.empty();
    }
    int size = sent.packed.body().length;
    if (!bytes.tryAcquire(size)) {
      return Optional.empty();
    }
    Optional<CompletableFuture<Outcome>> outcome = Optional.empty();
    try {
      outcome =
          channel
              .get()
              .publishAtOnce(
                  new Destination(sent.exchange(), sent.queue()),
                  sent.packed,
                  () -> bytes.release(size));
      return outcome;
    } finally {
      if (outcome.isEmpty()) {
        bytes.release(size);
      }
    }
  }

  private CompletableFuture<Outcome> send(Sent sent) throws InterruptedException {
    return send(
        sent.tenant, new Destination(sent.exchange(), sent.queue()), sent.packed, sent.strand);
  }

  private CompletableFuture<Outcome> send(
      TenantView tenant, Destination to, Packed packed, Strand strand) throws InterruptedException {
    EventLoops.requireNone();
    int size = packed.body().length;
    if (!bytes.tryAcquire(size, config.confirmTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
      throw BrokerErrors.blocked();
    }
    try {
      return channels.of(tenant, strand).publish(to, packed, () -> bytes.release(size));
    } catch (RuntimeException | InterruptedException e) {
      bytes.release(size);
      throw e;
    }
  }

  /** The queue had gone, deleted by hand or with its vhost: nothing holds the message yet. */
  private CompletableFuture<Outcome> sendAgain(Sent sent) throws InterruptedException {
    queues.forget(sent.tenant.uid(), sent.queue());
    ensure(sent);
    return send(sent);
  }

  private Receipt receipt(Sent sent, Outcome outcome) {
    return switch (outcome) {
      case CONFIRMED -> new Receipt(sent.message, sent.lane, clock.instant());
      case REFUSED -> throw PublishErrors.queueFull(sent.queue());
      case RETURNED -> throw PublishErrors.unroutable(sent.queue());
      case LOST -> throw PublishErrors.unconfirmed();
    };
  }

  private static Outcome await(CompletableFuture<Outcome> outcome, Duration patience)
      throws InterruptedException {
    try {
      return outcome.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Outcome.LOST;
    } catch (ExecutionException e) {
      throw BrokerErrors.unavailable(e);
    }
  }
}
