package dev.kryonix.cache.counting;

import java.time.Duration;

/**
 * How long the store took, from when an operation was sent to its answer.
 *
 * @param readMicros microseconds of all reads together
 * @param slowReads reads that took longer than {@link #SLOW}
 * @param writeMicros microseconds of all writes together
 * @param slowWrites writes that took longer
 */
public record Times(long readMicros, long slowReads, long writeMicros, long slowWrites) {
  /** Of more than one in twenty of these a tenant is to hear: its 95th percentile is too high. */
  public static final Duration SLOW = Duration.ofMillis(100);

  /** Nothing. */
  public static final Times NONE = new Times(0, 0, 0, 0);

  /** Those of a read. */
  public static Times read(Duration took) {
    return new Times(micros(took), took.compareTo(SLOW) > 0 ? 1 : 0, 0, 0);
  }

  /** Those of a write. */
  public static Times write(Duration took) {
    return new Times(0, 0, micros(took), took.compareTo(SLOW) > 0 ? 1 : 0);
  }

  private static long micros(Duration took) {
    return took.toNanos() / 1_000;
  }

  /** Those of so many that took as long. */
  public Times of(int many) {
    return many == 1
        ? this
        : new Times(readMicros * many, slowReads * many, writeMicros * many, slowWrites * many);
  }

  Times plus(Times other) {
    return new Times(
        readMicros + other.readMicros,
        slowReads + other.slowReads,
        writeMicros + other.writeMicros,
        slowWrites + other.slowWrites);
  }
}
