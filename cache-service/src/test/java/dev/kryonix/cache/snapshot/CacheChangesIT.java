package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.RedisKind;

/** The changes of tenants' caches on one Redis. */
final class CacheChangesIT extends CacheChangesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
