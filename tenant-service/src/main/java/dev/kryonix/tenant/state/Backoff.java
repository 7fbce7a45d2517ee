package dev.kryonix.tenant.state;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after so many failures in a row: doubling up to a bound, and a random part of
 * it, at least half, so that what failed together does not come back together.
 *
 * @param first the longest wait after the first failure
 * @param longest the longest wait of all
 * @param random the source of the random part
 */
record Backoff(Duration first, Duration longest, RandomGenerator random) {
  private static final int MOST_DOUBLINGS = 20;

  Duration after(int failures) {
    long doubled = first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
    long bound = Math.min(doubled, longest.toMillis());
    return Duration.ofMillis(bound / 2 + random.nextLong(bound / 2 + 1));
  }
}
