package dev.kryonix.cache.entry;

import java.time.Instant;

/**
 * What an entry is charged, and how charge and expiry share the score of the tenant's index: expiry
 * in seconds times 2^15 plus the charge in units of 64 bytes. Scores are doubles, exact to 2^53, so
 * both fit, and one sorted set tells what has expired, what it frees, and what there is.
 */
public final class Charge {
  /** What the quota is counted in. */
  public static final int UNIT_BYTES = 64;

  /** What separates expiry from charge in a score. */
  public static final long SCALE = 1L << 15;

  /**
   * What Redis itself takes for an entry beside key and value, and for its place in the index;
   * measured on 7.0.
   */
  static final int OVERHEAD_BYTES = 143;

  private Charge() {}

  /** The charge of an entry in units, rounded up. */
  public static long units(int keyBytes, int valueBytes) {
    return Math.ceilDiv(keyBytes + valueBytes + OVERHEAD_BYTES, UNIT_BYTES);
  }

  /** When an entry with this score expires. */
  public static Instant expiry(double score) {
    return Instant.ofEpochSecond((long) score / SCALE);
  }

  /** The charge of an entry with this score, in bytes. */
  public static long bytes(double score) {
    return (long) score % SCALE * UNIT_BYTES;
  }
}
