package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.RedisKind;

/** Staging and the switch on a Redis Cluster. */
final class SnapshotRowsOnClusterIT extends SnapshotRowsSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
