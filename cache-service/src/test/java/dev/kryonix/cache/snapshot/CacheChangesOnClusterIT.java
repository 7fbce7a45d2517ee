package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.RedisKind;

/** The changes of tenants' caches on a Redis Cluster. */
final class CacheChangesOnClusterIT extends CacheChangesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
