package dev.kryonix.cache.sync;

import dev.kryonix.cache.entry.RedisKind;

/** Offline queues on a Redis Cluster. */
final class OfflineQueuesOnClusterIT extends OfflineQueuesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
