package dev.kryonix.cache.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the connections that were made and lost. While their number stays the same it is the same
 * Redis that has answered all the time; what is sent again by itself after a loss does not tell.
 */
final class Breaks implements RedisConnectionStateListener {
  private final AtomicLong seen = new AtomicLong();

  long seen() {
    return seen.get();
  }

  @Override
  public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
    seen.incrementAndGet();
  }

  @Override
  public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
    seen.incrementAndGet();
  }
}
