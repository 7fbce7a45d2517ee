package dev.kryonix.cache.entry;

/** Entries on a Redis Cluster. */
final class EntriesOnClusterIT extends EntriesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
