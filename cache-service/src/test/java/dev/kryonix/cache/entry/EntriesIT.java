package dev.kryonix.cache.entry;

/** Entries on one Redis. */
final class EntriesIT extends EntriesSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
