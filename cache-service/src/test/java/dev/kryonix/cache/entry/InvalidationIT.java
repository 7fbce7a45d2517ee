package dev.kryonix.cache.entry;

/** Tags and flushes on one Redis. */
final class InvalidationIT extends InvalidationSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
