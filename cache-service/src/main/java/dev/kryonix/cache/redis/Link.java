package dev.kryonix.cache.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/**
 * A connection: each command by itself, or many in one write.
 *
 * @param commands the commands that both kinds of Redis have; each is flushed by itself
 * @param batches gathers commands of callers that run at the same time
 */
record Link(RedisClusterAsyncCommands<byte[], byte[]> commands, Batches batches) {
  static Link over(
      StatefulConnection<byte[], byte[]> connection,
      RedisClusterAsyncCommands<byte[], byte[]> commands) {
    return new Link(commands, new Batches(connection));
  }
}
