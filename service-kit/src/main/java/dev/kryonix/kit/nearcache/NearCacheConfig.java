package dev.kryonix.kit.nearcache;

import java.time.Duration;

/**
 * What a near cache holds, and for how long.
 *
 * @param scope of which entries copies are kept; others are read through
 * @param maxBytes what the copies may take, keys and the objects around them included
 * @param staleness for how long after the last sign of life copies are used; at least 16 seconds,
 *     since a watch that has nothing to tell gives a sign every 15
 * @param maxAge for how long a copy is used at most, though nothing was told of its entry and its
 *     time to live is not over
 * @param timeout how long a call to the cache may take, unless the caller's deadline is sooner
 */
public record NearCacheConfig(
    Scope scope, long maxBytes, Duration staleness, Duration maxAge, Duration timeout) {
  private static final Duration LEAST_STALENESS = Duration.ofSeconds(16);
  private static final Duration STALENESS = Duration.ofSeconds(20);
  private static final Duration MAX_AGE = Duration.ofMinutes(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  public NearCacheConfig {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes must be positive, is " + maxBytes);
    }
    if (staleness.compareTo(LEAST_STALENESS) < 0) {
      throw new IllegalArgumentException(
          "staleness must be at least " + LEAST_STALENESS + ", is " + staleness);
    }
    if (!maxAge.isPositive() || !timeout.isPositive()) {
      throw new IllegalArgumentException("maxAge and timeout must be positive");
    }
  }

  /**
   * Entries of a tenant.
   *
   * @param module only of this module; empty means all
   * @param type only of this data type; empty means all
   * @param keyPrefix only whose key begins so; empty means all
   */
  public record Scope(String module, String type, String keyPrefix) {
    /** All entries of the tenant. */
    public static final Scope ALL = new Scope("", "", "");

    boolean covers(CacheKey key) {
      return (module.isEmpty() || module.equals(key.module()))
          && (type.isEmpty() || type.equals(key.type()))
          && key.key().startsWith(keyPrefix);
    }
  }

  /** Copies of all that is read, in so much memory. */
  public static NearCacheConfig of(long maxBytes) {
    return new NearCacheConfig(Scope.ALL, maxBytes, STALENESS, MAX_AGE, TIMEOUT);
  }

  /** The same for some entries only. */
  public NearCacheConfig only(Scope some) {
    return new NearCacheConfig(some, maxBytes, staleness, maxAge, timeout);
  }
}
