package dev.kryonix.messaging.publish;

import java.time.Duration;

/**
 * A token bucket of one second of a tenant's publish rate. Each instance of the service has its
 * own, so with several instances a tenant may publish that many times its rate.
 */
final class PublishRate {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private double tokens = Double.MAX_VALUE;
  private long last = System.nanoTime();

  /** Takes one token; refuses when there is none. */
  synchronized void take(int perSecond) {
    long now = System.nanoTime();
    tokens = Math.min(perSecond, tokens + (double) (now - last) * perSecond / SECOND);
    last = now;
    if (tokens < 1) {
      long wait = (long) ((1 - tokens) * SECOND / perSecond);
      throw PublishErrors.rateLimited(perSecond, Duration.ofNanos(Math.max(wait, 1_000_000)));
    }
    tokens -= 1;
  }
}
