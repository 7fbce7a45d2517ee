package dev.kryonix.cache.watch;

import dev.kryonix.cache.entry.RedisKind;

/** Watching on one Redis. */
final class WatchesIT extends WatchesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
