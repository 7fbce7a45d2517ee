package dev.kryonix.cache.entry;

/** Quotas and eviction on one Redis. */
final class QuotaIT extends QuotaSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
