package dev.kryonix.cache.session;

import dev.kryonix.cache.entry.RedisKind;

/** Sessions on a Redis Cluster. */
final class SessionsOnClusterIT extends SessionsSuite {
  @Override
  RedisKind kind() {
    return RedisKind.CLUSTER;
  }
}
