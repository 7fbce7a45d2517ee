package dev.kryonix.cache.session;

import dev.kryonix.cache.entry.RedisKind;

/** Sessions on one Redis. */
final class SessionsIT extends SessionsSuite {
  @Override
  RedisKind kind() {
    return RedisKind.STANDALONE;
  }
}
