package dev.kryonix.cache.entry;

/** Tags and flushes on a Redis Cluster. */
final class InvalidationOnClusterIT extends InvalidationSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
