package dev.kryonix.gateway.limit;

/**
 * A token bucket: holds up to its size, is refilled evenly, and may be charged into the negative.
 * Not safe for use by several threads at once.
 */
final class Bucket {
  private final double size;
  private final double perNano;
  private double tokens;
  private long atNanos;

  /**
   * @param size how many tokens it holds; it begins full
   * @param fillNanos how long it takes from empty to full
   */
  Bucket(double size, long fillNanos, long nowNanos) {
    this.size = size;
    this.perNano = size / fillNanos;
    this.tokens = size;
    this.atNanos = nowNanos;
  }

  /** What it holds now. */
  double tokens(long nowNanos) {
    long passed = Math.max(0, nowNanos - atNanos);
    tokens = Math.min(size, tokens + passed * perNano);
    atNanos = Math.max(atNanos, nowNanos);
    return tokens;
  }

  /** Takes tokens out, whether they are there or not; a negative number gives some back. */
  void charge(double count) {
    tokens = Math.min(size, tokens - count);
  }

  /** How long until it holds one token. */
  long waitNanos() {
    return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / perNano);
  }
}
