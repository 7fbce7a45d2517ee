package dev.kryonix.cache.sync;

import dev.kryonix.cache.entry.RedisKind;

/** Sync of collections on one Redis. */
final class SyncIT extends SyncSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
