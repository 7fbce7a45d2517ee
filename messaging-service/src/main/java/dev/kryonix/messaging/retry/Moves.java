package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.messaging.topology.RetryTier;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a message that no consumer has done with, and writes it into the
 * message's headers. What others wrote there is not carried on: the broker's own account of dead
 * letters, which it would take for its own again, and copies to further queues.
 */
@Singleton
public final class Moves {
  /** A wait shorter than this is none: no step of the ladder is as short. */
  static final Duration SOON = Duration.ofMillis(500);

  private static final Set<String> COPIES = Set.of("CC", "BCC");
  private static final String BROKERS = "x-";

  /** Passes in a row that take a second each; those after them take ten. */
  private static final int QUICK_PASSES = 30;

  static final String EXPIRED = "waited longer than its time to live";

  private final RetryConfig config;
  private final InstantSource clock;

  Moves(RetryConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * The message for which an attempt has failed: again after the delay, or after the ladder's next
   * step, until it has had all attempts.
   */
  public Move failed(Taken taken, Optional<Duration> delay, String error) {
    Instant now = clock.instant();
    Attempts attempts = taken.attempts().and(now, error);
    if (attempts.failed() >= config.attempts()) {
      return dead(taken, DeadReason.ATTEMPTS_EXHAUSTED, attempts);
    }
    return again(
        taken, attempts, now.plus(delay.orElseGet(() -> RetryTier.after(attempts.failed()))));
  }

  /** A message that a consumer never wants to see again. */
  public Move dropped(Taken taken, String error) {
    return dead(taken, DeadReason.DROPPED, taken.attempts().endedBy(error));
  }

  /** A message that has waited for too long while the broker did not see it. */
  public Move expired(Taken taken, Attempts attempts) {
    return dead(taken, DeadReason.EXPIRED, attempts.endedBy(EXPIRED));
  }

  /** A message that cannot be opened. */
  public Move corrupt(Taken taken, String error) {
    return dead(taken, DeadReason.CORRUPT, taken.attempts().endedBy(error));
  }

  /** A message that its own queue does not take. */
  Move unroutable(Taken taken) {
    return dead(
        taken,
        DeadReason.UNROUTABLE,
        taken.attempts().endedBy("the queue " + taken.source() + " does not take it"));
  }

  /** A message of which the attempts so far are known from elsewhere than its headers. */
  public Move exhausted(Taken taken, Attempts attempts) {
    return dead(taken, DeadReason.ATTEMPTS_EXHAUSTED, attempts);
  }

  /** How many attempts a message has. */
  public int limit() {
    return config.attempts();
  }

  /**
   * A message that a consumer's filter lets pass by: it comes back a little later for others, at
   * first after a second, then after ten.
   */
  public Move passedBy(Taken taken) {
    HeaderReader headers = new HeaderReader(taken.properties());
    long passes = Math.clamp(headers.number(RetryHeaders.PASSES, 0), 0, QUICK_PASSES);
    RetryTier tier = passes < QUICK_PASSES ? RetryTier.ONE_SECOND : RetryTier.TEN_SECONDS;
    Map<String, Object> changed = carriedOn(taken);
    changed.put(RetryHeaders.PASSES, passes + 1);
    changed.put(RetryHeaders.SINCE, since(taken).toEpochMilli());
    Instant due = clock.instant().plus(tier.delay());
    return later(taken, changed, due);
  }

  /** A dead letter as a message that has not been tried yet. */
  BasicProperties revived(Taken taken) {
    Map<String, Object> headers = carriedOn(taken);
    headers.keySet().removeIf(RetryHeaders::isOurs);
    headers.put(RetryHeaders.SINCE, clock.instant().toEpochMilli());
    return properties(taken, headers).builder().expiration(ownTtl(taken)).build();
  }

  /** The publisher's own time to live, which the broker takes away from what has expired. */
  private static @Nullable String ownTtl(Taken taken) {
    HeaderReader headers = new HeaderReader(taken.properties());
    long own = headers.number(RetryHeaders.TTL, 0);
    if (own > 0) {
      return Long.toString(own);
    }
    return headers.list("x-death").stream()
        .filter(Map.class::isInstance)
        .map(death -> HeaderReader.text(((Map<?, ?>) death).get("original-expiration")))
        .filter(text -> text.matches("\\d{1,12}"))
        .findFirst()
        .orElse(null);
  }

  /** What must become of a message before any consumer sees it, if something. */
  public Optional<Move> onArrival(Taken taken) {
    HeaderReader headers = new HeaderReader(taken.properties());
    Instant now = clock.instant();
    Optional<Instant> due = headers.time(RetryHeaders.DUE);
    if (due.isPresent() && isAhead(due.get(), now)) {
      return Optional.of(new Move.Later(properties(taken, carriedOn(taken)), due.get()));
    }
    if (headers.time(RetryHeaders.SINCE).isPresent()
        && since(taken).plus(ttl(taken)).isBefore(now)) {
      return Optional.of(dead(taken, DeadReason.EXPIRED, taken.attempts().endedBy(EXPIRED)));
    }
    return Optional.empty();
  }

  /**
   * Whether a time is ahead, and not by more than the longest delay: such a time is none of ours.
   */
  private static boolean isAhead(Instant due, Instant now) {
    return due.isAfter(now.plus(SOON))
        && due.isBefore(now.plus(RetryTier.THIRTY_MINUTES.delay()).plusSeconds(1));
  }

  private Move again(Taken taken, Attempts attempts, Instant due) {
    Map<String, Object> headers = carriedOn(taken);
    attempts.writeTo(headers);
    headers.remove(RetryHeaders.PASSES);
    headers.put(RetryHeaders.SINCE, due.toEpochMilli());
    return later(taken, headers, due);
  }

  private static Move later(Taken taken, Map<String, Object> headers, Instant due) {
    headers.put(RetryHeaders.DUE, due.toEpochMilli());
    return new Move.Later(properties(taken, headers), due);
  }

  private Move dead(Taken taken, DeadReason reason, Attempts attempts) {
    Map<String, Object> headers = carriedOn(taken);
    attempts.writeTo(headers);
    headers.remove(RetryHeaders.DUE);
    headers.put(RetryHeaders.DEAD_REASON, reason.name());
    headers.put(RetryHeaders.DEAD_TIME, clock.instant().toEpochMilli());
    headers.put(RetryHeaders.DEAD_QUEUE, taken.source());
    headers.put(
        RetryHeaders.FINGERPRINT,
        Fingerprint.of(
            taken.queue().module(), taken.queue().operation(), reason, attempts.lastError()));
    return new Move.Dead(properties(taken, headers), reason);
  }

  /** Since when the message waits for a consumer. */
  private static Instant since(Taken taken) {
    HeaderReader headers = new HeaderReader(taken.properties());
    return headers
        .time(RetryHeaders.SINCE)
        .or(() -> headers.time(RetryHeaders.PUBLISHED))
        .orElse(Instant.EPOCH);
  }

  private static Duration ttl(Taken taken) {
    long own = new HeaderReader(taken.properties()).number(RetryHeaders.TTL, 0);
    Duration queues = taken.queue().ttl();
    return own > 0 && own < queues.toMillis() ? Duration.ofMillis(own) : queues;
  }

  private static Map<String, Object> carriedOn(Taken taken) {
    Map<String, Object> headers = new HashMap<>();
    Map<String, Object> found = taken.properties().getHeaders();
    if (found != null) {
      found.forEach(
          (name, value) -> {
            if (value != null && !name.startsWith(BROKERS) && !COPIES.contains(name)) {
              headers.put(name, value);
            }
          });
    }
    String expiration = taken.properties().getExpiration();
    if (expiration != null && !headers.containsKey(RetryHeaders.TTL)) {
      headers.put(RetryHeaders.TTL, Long.parseLong(expiration));
    }
    return headers;
  }

  private static BasicProperties properties(Taken taken, Map<String, Object> headers) {
    return taken.properties().builder().headers(headers).expiration(null).priority(null).build();
  }
}
