package dev.kryonix.cache.redis;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to Redis for entries, in the logical database of their purpose. While Redis is
 * away commands fail at once instead of waiting in a queue, and the connection comes back by
 * itself.
 */
@Singleton
public final class Redis {
  private static final Logger LOG = LoggerFactory.getLogger(Redis.class);
  private static final String STORE = "redis";
  private static final String PURPOSE = "api";
  private static final Duration BETWEEN_PROBES = Duration.ofSeconds(1);
  private static final int MAX_QUEUED_COMMANDS = 50_000;

  private final RedisConfig config;
  private final RedisClient client;
  private final Readiness.Component readiness;
  private final Thread watchdog;
  private volatile @Nullable StatefulRedisConnection<byte[], byte[]> connection;

  Redis(RedisConfig config, Catalog catalog, Readiness readiness) {
    this.config = config;
    this.readiness = readiness.component(STORE);
    int database =
        Objects.requireNonNull(catalog.cache().databases().get(PURPOSE), "no database " + PURPOSE);
    this.client =
        RedisClient.create(
            RedisURI.Builder.redis(config.host(), config.port())
                .withAuthentication(config.user(), config.password().toCharArray())
                .withDatabase(database)
                .withTimeout(config.timeout())
                .build());
    client.setOptions(
        ClientOptions.builder()
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(MAX_QUEUED_COMMANDS)
            .socketOptions(SocketOptions.builder().connectTimeout(config.timeout()).build())
            .timeoutOptions(TimeoutOptions.enabled(config.timeout()))
            .build());
    this.watchdog = Thread.ofVirtual().name("redis-watchdog").start(this::watch);
  }

  /** The commands of the connection; refuses with STORE_UNAVAILABLE while there is none. */
  public RedisAsyncCommands<byte[], byte[]> commands() {
    StatefulRedisConnection<byte[], byte[]> current = connection;
    if (current == null) {
      throw CommonErrors.storeUnavailable(STORE, new IllegalStateException("not connected yet"));
    }
    return current.async();
  }

  /**
   * Waits for an answer. An error that Redis itself answers is a defect, all else is Redis being
   * away.
   */
  public <T> T await(RedisFuture<T> answer) {
    try {
      return answer.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw away(e);
    } catch (TimeoutException e) {
      throw away(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RedisCommandExecutionException refusal && !isPassing(refusal)) {
        throw refusal;
      }
      throw away(e);
    }
  }

  /**
   * Errors of a server that is loading, failing over, read-only, or out of memory or disk: they
   * pass.
   */
  private static boolean isPassing(RedisCommandExecutionException refusal) {
    String message = String.valueOf(refusal.getMessage());
    return message.startsWith("LOADING")
        || message.startsWith("READONLY")
        || message.startsWith("MASTERDOWN")
        || message.startsWith("CLUSTERDOWN")
        || message.startsWith("TRYAGAIN")
        || message.startsWith("BUSY")
        || message.startsWith("NOREPLICAS")
        || message.contains("MISCONF")
        || message.contains("OOM command not allowed");
  }

  private static ServiceException away(Throwable cause) {
    return CommonErrors.storeUnavailable(STORE, cause);
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      probe();
      try {
        Thread.sleep(BETWEEN_PROBES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void probe() {
    try {
      if (connection == null) {
        connection = client.connect(ByteArrayCodec.INSTANCE);
      }
      await(commands().ping());
      readiness.up();
    } catch (RedisException | ServiceException e) {
      LOG.debug("redis probe failed", e);
      readiness.down("cannot be reached");
    }
  }

  @PreDestroy
  void close() {
    watchdog.interrupt();
    client.shutdown(0, 2, TimeUnit.SECONDS);
  }
}
