package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.Envelope.Packed;
import dev.kryonix.messaging.publish.Destination;
import dev.kryonix.messaging.publish.Outcome;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.topology.RetryTier;
import dev.kryonix.messaging.topology.TenantQueues;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts messages into delay queues and dead letters. The message that it was taken from is
 * acknowledged only after the broker has confirmed the one that was put: in between it may be there
 * twice, and it is never gone.
 *
 * <p>A delay goes down the ladder: the message waits on the longest step that is not longer than
 * what is left, comes back to its queue, and is put on the next one when a consumer's service meets
 * it there, until less than half a second is left. A step may be up to half a second too long.
 */
@Singleton
public final class Mover {
  private static final Logger LOG = LoggerFactory.getLogger(Mover.class);

  private final Publisher publisher;
  private final TenantQueues queues;
  private final Moves moves;
  private final InstantSource clock;

  Mover(Publisher publisher, TenantQueues queues, Moves moves, InstantSource clock) {
    this.publisher = publisher;
    this.queues = queues;
    this.moves = moves;
    this.clock = clock;
  }

  /** Makes the move; false when it could not be made now, and nothing has changed. */
  public boolean make(Taken taken, Move move) throws InterruptedException {
    try {
      return switch (move) {
        case Move.Later later -> toLater(taken, later);
        case Move.Dead dead -> toDeadLetters(taken, dead);
      };
    } catch (ServiceException e) {
      LOG.debug("message {} stays in {}", taken.properties().getMessageId(), taken.source(), e);
      return false;
    }
  }

  /** Puts a dead letter into its queue again, as a message that has not been tried yet. */
  public Outcome revive(Taken dead) throws InterruptedException {
    return send(
        dead,
        Destination.queue(dead.source()),
        moves.revived(dead),
        dead.source(),
        () -> queues.ensureSource(dead.tenant(), dead.queue(), dead.source()));
  }

  private boolean toLater(Taken taken, Move.Later later) throws InterruptedException {
    Duration wait = Duration.between(clock.instant(), later.due());
    queues.ensureSource(taken.tenant(), taken.queue(), taken.source());
    if (wait.compareTo(Moves.SOON) <= 0) {
      return toItsQueue(taken, later.properties());
    }
    RetryTier tier = RetryTier.within(wait.plus(Moves.SOON));
    return send(
            taken,
            new Destination(Names.RETRY, taken.source()),
            onto(tier, later.properties()),
            tier.queue(),
            () -> queues.ensureRetry(taken.tenant(), tier))
        == Outcome.CONFIRMED;
  }

  /** The routing key stays the queue's, so the tier is a second one, which the broker forgets. */
  private static BasicProperties onto(RetryTier tier, BasicProperties properties) {
    Map<String, Object> headers = new HashMap<>(properties.getHeaders());
    headers.put("BCC", List.of(tier.label()));
    return properties.builder().headers(headers).build();
  }

  private boolean toItsQueue(Taken taken, BasicProperties properties) throws InterruptedException {
    Object own = properties.getHeaders().get(RetryHeaders.TTL);
    BasicProperties withTtl =
        own instanceof Number millis
            ? properties.builder().expiration(Long.toString(millis.longValue())).build()
            : properties;
    Outcome outcome =
        send(
            taken,
            Destination.queue(taken.source()),
            withTtl,
            taken.source(),
            () -> queues.ensureSource(taken.tenant(), taken.queue(), taken.source()));
    return outcome == Outcome.RETURNED
        ? make(taken, moves.unroutable(taken))
        : outcome == Outcome.CONFIRMED;
  }

  private boolean toDeadLetters(Taken taken, Move.Dead dead) throws InterruptedException {
    String module = taken.queue().module();
    Outcome outcome =
        send(
            taken,
            new Destination(Names.DEAD_LETTERS, taken.source()),
            dead.properties(),
            Names.deadLetters(module),
            () -> queues.ensureDeadLetters(taken.tenant(), module));
    if (outcome == Outcome.CONFIRMED) {
      LOG.info(
          "message {} of tenant {} from {} is a dead letter: {}",
          taken.properties().getMessageId(),
          taken.tenant().id(),
          taken.source(),
          dead.reason());
    }
    return outcome == Outcome.CONFIRMED;
  }

  /** Declares the queue and sends the message, once more when the queue turns out to be gone. */
  private Outcome send(
      Taken taken, Destination to, BasicProperties properties, String queue, Runnable ensure)
      throws InterruptedException {
    Packed packed = new Packed(properties, taken.body());
    ensure.run();
    Outcome outcome = publisher.move(taken.tenant(), to, packed);
    if (outcome == Outcome.RETURNED) {
      queues.forget(taken.tenant().uid(), queue);
      ensure.run();
      outcome = publisher.move(taken.tenant(), to, packed);
    }
    return outcome;
  }
}
