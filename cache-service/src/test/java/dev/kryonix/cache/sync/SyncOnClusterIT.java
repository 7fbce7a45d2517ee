package dev.kryonix.cache.sync;

import dev.kryonix.cache.entry.RedisKind;

/** Sync of collections on a Redis Cluster. */
final class SyncOnClusterIT extends SyncSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
