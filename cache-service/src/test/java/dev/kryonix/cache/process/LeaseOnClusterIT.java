package dev.kryonix.cache.process;

import dev.kryonix.cache.entry.RedisKind;

/** Leases on a Redis Cluster. */
final class LeaseOnClusterIT extends LeaseSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
