package dev.kryonix.cache.process;

import dev.kryonix.cache.entry.RedisKind;

/** Leases on one Redis. */
final class LeaseIT extends LeaseSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
