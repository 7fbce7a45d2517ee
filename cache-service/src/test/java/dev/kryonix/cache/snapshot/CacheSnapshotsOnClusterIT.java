package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.RedisKind;

/** Backups and restores of a tenant's entries on a Redis Cluster. */
final class CacheSnapshotsOnClusterIT extends CacheSnapshotsSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
