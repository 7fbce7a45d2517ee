package dev.kryonix.cache.sync;

import dev.kryonix.cache.entry.RedisKind;

/** Offline queues on one Redis. */
final class OfflineQueuesIT extends OfflineQueuesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
