package dev.kryonix.messaging.topology;

import dev.kryonix.messaging.broker.Names;
import java.time.Duration;

/**
 * A step of the ladder on which messages wait for another attempt: a delay queue that all
 * operations of a tenant share. All messages of one queue wait equally long, because a quorum queue
 * expires at its head only, and then go back to where their routing key says.
 */
public enum RetryTier {
  ONE_SECOND("1s", Duration.ofSeconds(1)),
  TEN_SECONDS("10s", Duration.ofSeconds(10)),
  ONE_MINUTE("1m", Duration.ofMinutes(1)),
  FIVE_MINUTES("5m", Duration.ofMinutes(5)),
  THIRTY_MINUTES("30m", Duration.ofMinutes(30));

  private final String label;
  private final Duration delay;

  RetryTier(String label, Duration delay) {
    this.label = label;
    this.delay = delay;
  }

  /** What leads to the queue in the exchange {@link Names#RETRY}. */
  public String label() {
    return label;
  }

  public Duration delay() {
    return delay;
  }

  /** The name of the delay queue. */
  public String queue() {
    return Names.RETRY + "." + label;
  }

  /** The step to wait on first for that long: the longest that is not longer, or the shortest. */
  public static RetryTier within(Duration wait) {
    RetryTier found = ONE_SECOND;
    for (RetryTier tier : values()) {
      if (tier.delay.compareTo(wait) <= 0) {
        found = tier;
      }
    }
    return found;
  }

  /** The delay before another attempt after that many, each on the next step. */
  public static Duration after(int attempts) {
    return values()[Math.clamp(attempts, 1, values().length) - 1].delay;
  }
}
