package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a dead letter says of its death. Most were put there by this service, which wrote it into
 * the headers; those that expired, or whose deliveries the broker lost count of, the broker put
 * there itself, and says so in its own.
 *
 * @param reason why
 * @param queue the queue of the broker that it came from, with its lane
 * @param time when; 1970 when nobody says
 * @param attempts the attempts before, with their errors
 */
public record Death(DeadReason reason, String queue, Instant time, Attempts attempts) {
  private static final String BROKERS = "x-death";
  private static final String EXPIRED = "expired";

  /** Reads the headers of a dead letter. */
  public static Death of(BasicProperties properties) {
    HeaderReader headers = new HeaderReader(properties);
    Attempts attempts = Attempts.of(properties);
    String named = headers.text(RetryHeaders.DEAD_REASON);
    for (DeadReason reason : DeadReason.values()) {
      if (reason.name().equals(named)) {
        return new Death(
            reason,
            headers.text(RetryHeaders.DEAD_QUEUE),
            headers.time(RetryHeaders.DEAD_TIME).orElse(Instant.EPOCH),
            attempts);
      }
    }
    return byTheBroker(headers.list(BROKERS), attempts);
  }

  /** The latest of the broker's deaths comes first; earlier ones are of its delay queues. */
  private static Death byTheBroker(List<?> deaths, Attempts attempts) {
    Map<?, ?> latest =
        deaths.isEmpty() || !(deaths.getFirst() instanceof Map<?, ?> first) ? Map.of() : first;
    boolean expired = HeaderReader.text(latest.get("reason")).equals(EXPIRED);
    return new Death(
        expired ? DeadReason.EXPIRED : DeadReason.ATTEMPTS_EXHAUSTED,
        HeaderReader.text(latest.get("queue")),
        Stream.of(latest)
            .map(death -> death.get("time"))
            .filter(Date.class::isInstance)
            .map(time -> ((Date) time).toInstant())
            .findFirst()
            .orElse(Instant.EPOCH),
        attempts.endedBy(
            expired ? Moves.EXPIRED : "the broker delivered it too often without an end"));
  }

  /** The same for all that failed in the same way. */
  public String fingerprint(String module, String operation) {
    return Fingerprint.of(module, operation, reason, attempts.lastError());
  }
}
