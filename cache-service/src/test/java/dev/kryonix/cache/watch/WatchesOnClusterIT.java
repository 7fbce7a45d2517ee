package dev.kryonix.cache.watch;

import dev.kryonix.cache.entry.RedisKind;

/** Watching on a Redis Cluster. */
final class WatchesOnClusterIT extends WatchesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
