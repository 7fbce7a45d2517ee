package dev.kryonix.messaging.publish;

import java.time.Duration;
import java.util.Arrays;

/**
 * How fast the broker confirms when it has little to do: the least time of the last ten minutes, in
 * which there is a moment of rest.
 */
final class FastestConfirm {
  static final Duration PART = Duration.ofMinutes(1);

  private static final int PARTS = 10;

  private final long[] least = new long[PARTS];
  private int part;
  private long began;
  private volatile long fastest = Long.MAX_VALUE;

  FastestConfirm(long now) {
    this.began = now;
    Arrays.fill(least, Long.MAX_VALUE);
  }

  /** A confirm took so long. */
  void note(long nanos, long now) {
    if (nanos < fastest || now - began >= PART.toNanos()) {
      keep(nanos, now);
    }
  }

  private synchronized void keep(long nanos, long now) {
    if (now - began >= PART.toNanos()) {
      part = (part + 1) % PARTS;
      least[part] = Long.MAX_VALUE;
      began = now;
    }
    least[part] = Math.min(least[part], nanos);
    fastest = Arrays.stream(least).min().orElse(nanos);
  }

  /** The least time; 0 before there is any. */
  long nanos() {
    long known = fastest;
    return known == Long.MAX_VALUE ? 0 : known;
  }
}
