package dev.kryonix.cache.entry;

/** Entries of the predecessor on a Redis Cluster. */
final class LegacyKeysOnClusterIT extends LegacyKeysSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
