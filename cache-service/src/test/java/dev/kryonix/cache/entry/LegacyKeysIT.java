package dev.kryonix.cache.entry;

/** Entries of the predecessor on one Redis. */
final class LegacyKeysIT extends LegacyKeysSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
