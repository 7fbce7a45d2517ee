package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.RedisKind;

/** Backups and restores of a tenant's entries on one Redis. */
final class CacheSnapshotsIT extends CacheSnapshotsSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
