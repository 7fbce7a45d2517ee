package dev.kryonix.cache.redis;

import java.util.Locale;

/**
 * What a part of Redis is for. A standalone Redis has a logical database for each, by the
 * catalogue's number; on Redis Cluster, which has one database, it is the first segment of the key.
 */
public enum Purpose {
  MOBILE,
  API,
  QUEUE,
  METRICS,
  AI,
  SDK,
  AUTOMATION,
  CONFIG,
  APPS,
  PERFORMANCE,
  PREDICTION,
  WEBSOCKET,
  CLUSTER,
  BACKUP,
  HEALTH,
  EMERGENCY;

  /** The name in the catalogue. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
