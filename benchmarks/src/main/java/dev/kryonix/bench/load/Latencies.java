package dev.kryonix.bench.load;

import java.util.Arrays;

/** How long calls took, in microseconds. */
public final class Latencies {
  private final long[] sorted;

  public Latencies(long[] micros) {
    sorted = micros.clone();
    Arrays.sort(sorted);
  }

  public int count() {
    return sorted.length;
  }

  /** The time that so many percent of the calls took at most (nearest rank). */
  public double percentile(double percent) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.clamp(rank, 1, sorted.length) - 1];
  }

  /** What parts of a benchmark say that are tried by themselves. */
  @Override
  public String toString() {
    return "p50 %.0f, p95 %.0f, p99 %.0f µs"
        .formatted(percentile(50), percentile(95), percentile(99));
  }
}
