package dev.kryonix.cache.redis;

import dev.kryonix.kit.catalog.CacheTypes;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One Redis. The logical database is a state of the connection, so each purpose has a connection of
 * its own; a tenant is always in one bucket, since one server is all there is to spread over.
 */
final class Standalone implements Engine {
  private final RedisConfig config;
  private final CacheTypes types;
  private final RedisClient client;

  Standalone(RedisConfig config, CacheTypes types) {
    this.config = config;
    this.types = types;
    this.client = RedisClient.create();
    client.setOptions(
        Options.common(
                // There is nobody else to ask: while Redis is away, commands fail at once.
                ClientOptions.builder()
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS),
                config)
            .build());
  }

  @Override
  public Link connect(Purpose purpose) {
    int database =
        Objects.requireNonNull(
            types.databases().get(purpose.label()), "no database " + purpose.label());
    StatefulRedisConnection<byte[], byte[]> connection =
        client.connect(ByteArrayCodec.INSTANCE, config.standalone(database));
    return Link.over(connection, connection.async());
  }

  @Override
  public void check(Link link) {
    Answers.await(link.commands().ping(), config.timeout());
  }

  @Override
  public String prefix(Purpose purpose) {
    return "";
  }

  @Override
  public boolean isOneDatabase() {
    return false;
  }

  @Override
  public int buckets(String plan) {
    return 1;
  }

  @Override
  public void close() {
    client.shutdown(0, 2, TimeUnit.SECONDS);
  }
}
