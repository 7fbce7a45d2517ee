package dev.kryonix.cache.entry;

/** Quotas and eviction on a Redis Cluster. */
final class QuotaOnClusterIT extends QuotaSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
