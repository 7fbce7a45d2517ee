package dev.kryonix.cache.sync;

import java.time.Duration;
import java.time.Instant;

/**
 * Hybrid logical clocks (Kulkarni et al., "Logical Physical Clocks", 2014): 48 bits of milliseconds
 * since 1970, then 16 bits of counter, compared as unsigned numbers.
 */
final class HybridClock {
  /** How far a device's clock may be ahead. */
  static final Duration SKEW = Duration.ofMinutes(5);

  private static final int COUNTER_BITS = 16;

  private HybridClock() {}

  /** The clock at a time, and later than another. */
  static long at(Instant time, long last) {
    long now = time.toEpochMilli() << COUNTER_BITS;
    return isLater(now, last) ? now : last + 1;
  }

  /**
   * What a device's clock counts as: itself; the platform's when the device gave none, or one that
   * is too far ahead and would win against everybody until that time has come.
   */
  static long accepted(long device, Instant time, long last) {
    long furthest = time.plus(SKEW).toEpochMilli() << COUNTER_BITS;
    return device == 0 || isLater(device, furthest) ? at(time, last) : device;
  }

  static boolean isLater(long clock, long than) {
    return Long.compareUnsigned(clock, than) > 0;
  }

  static long later(long one, long other) {
    return isLater(one, other) ? one : other;
  }
}
