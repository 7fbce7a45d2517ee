package dev.kryonix.kit.catalog;

import java.time.Duration;
import java.util.Map;

/**
 * The cache's data types and thresholds.
 *
 * @param ttl the time to live by data type
 * @param compressFromBytes values of this size and more are compressed
 * @param mobileMemoryShare the share of a tenant's memory that mobile entries may take
 * @param hitRateTarget the hit rate that is aimed at
 * @param hitRateAlert the hit rate under which an alert is due
 * @param databases the number of the logical database of each purpose
 */
public record CacheTypes(
    Map<String, DeviceTtl> ttl,
    int compressFromBytes,
    double mobileMemoryShare,
    double hitRateTarget,
    double hitRateAlert,
    Map<String, Integer> databases) {

  private static final String FALLBACK = "api_response";

  /** How long an entry lives, by the kind of device that it is for. */
  public record DeviceTtl(Duration mobile, Duration desktop) {}

  public CacheTypes {
    ttl = Ordered.copyOf(ttl);
    databases = Ordered.copyOf(databases);
    if (!ttl.containsKey(FALLBACK)) {
      throw new IllegalArgumentException("the catalogue has no cache data type " + FALLBACK);
    }
  }

  /** The time to live of a data type; an unknown type has that of {@code api_response}. */
  public DeviceTtl ttlOf(String dataType) {
    DeviceTtl known = ttl.get(dataType);
    if (known != null) {
      return known;
    }
    return ttl.getOrDefault(FALLBACK, new DeviceTtl(Duration.ZERO, Duration.ZERO));
  }
}
