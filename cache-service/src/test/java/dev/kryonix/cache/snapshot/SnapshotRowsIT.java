package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.RedisKind;

/** Staging and the switch on one Redis. */
final class SnapshotRowsIT extends SnapshotRowsSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
