package dev.kryonix.gateway.limit;

import dev.kryonix.kit.catalog.Catalog;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to the Redis that the gateways share. The gateway starts and serves without it;
 * while it is away a command fails at once or after the timeout, and the connection comes back by
 * itself.
 */
@Singleton
public final class SharedRedis {
  private static final Logger LOG = LoggerFactory.getLogger(SharedRedis.class);
  private static final String PURPOSE = "performance";
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final int MAX_QUEUED_COMMANDS = 10_000;

  private final @Nullable RedisClient client;
  private volatile @Nullable StatefulRedisConnection<String, String> connection;

  SharedRedis(RedisSettings settings, Catalog catalog) {
    if (settings.host().isEmpty()) {
      client = null;
      return;
    }
    RedisClient created =
        RedisClient.create(
            RedisURI.Builder.redis(settings.host(), settings.port())
                .withAuthentication(settings.user(), settings.password().toCharArray())
                .withDatabase(
                    Objects.requireNonNull(catalog.cache().databases().get(PURPOSE), PURPOSE))
                .withTimeout(CONNECT_TIMEOUT)
                .build());
    created.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MAX_QUEUED_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
            .timeoutOptions(TimeoutOptions.enabled(settings.timeout()))
            .build());
    client = created;
    Thread.ofVirtual().name("redis-connect").start(() -> connect(created));
  }

  /** The commands, when there is a connection. */
  public Optional<RedisAsyncCommands<String, String>> commands() {
    StatefulRedisConnection<String, String> current = connection;
    return current == null || !current.isOpen() ? Optional.empty() : Optional.of(current.async());
  }

  /** Once connected, Lettuce connects again by itself. */
  private void connect(RedisClient to) {
    try {
      while (connection == null) {
        try {
          connection = to.connect(StringCodec.UTF8);
          LOG.info("requests are counted in Redis, together with the other gateways");
        } catch (RedisException e) {
          LOG.debug("no connection to Redis yet", e);
          Thread.sleep(BETWEEN_ATTEMPTS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @PreDestroy
  void close() {
    if (client != null) {
      client.shutdown(0, 2, TimeUnit.SECONDS);
    }
  }
}
