package dev.kryonix.bench.cache;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Redis itself, through the client that cache-service uses too. */
final class LettucePeer implements Peer {
  /** Commands in one write of a pipeline: more gain nothing. */
  private static final int AT_ONCE = 64;

  private static final SetArgs FOR_AN_HOUR = SetArgs.Builder.ex(Values.TTL_SECONDS);

  private final String prefix;
  private final RedisClient client;
  private final StatefulRedisConnection<String, byte[]> connection;
  private final StatefulRedisConnection<String, byte[]> pipelined;

  /** A program whose keys begin with that. */
  LettucePeer(int port, String password, String prefix) {
    this.prefix = prefix;
    this.client =
        RedisClient.create(
            RedisURI.Builder.redis("127.0.0.1", port)
                .withAuthentication(Surroundings.REDIS_ADMIN, password.toCharArray())
                .withDatabase(Surroundings.PLAIN_DATABASE)
                .build());
    RedisCodec<String, byte[]> codec = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    this.connection = client.connect(codec);
    this.pipelined = client.connect(codec);
    pipelined.setAutoFlushCommands(false);
  }

  /** The connection, for what is not a measurement. */
  StatefulRedisConnection<String, byte[]> connection() {
    return connection;
  }

  @Override
  public byte @Nullable [] get(String key) {
    return connection.sync().get(prefix + key);
  }

  @Override
  public void set(String key, byte[] value) {
    Object unused = connection.sync().set(prefix + key, value, FOR_AN_HOUR);
  }

  @Override
  public int getAll(List<String> keys) {
    String[] all = keys.stream().map(prefix::concat).toArray(String[]::new);
    return (int) connection.sync().mget(all).stream().filter(each -> each.hasValue()).count();
  }

  @Override
  public void setAll(List<String> keys, byte[] value) throws InterruptedException {
    Window window = new Window();
    for (int from = 0; from < keys.size(); from += AT_ONCE) {
      List<String> some = keys.subList(from, Math.min(keys.size(), from + AT_ONCE));
      window.open(some.size());
      some.forEach(key -> window.answered(pipelined.async().set(prefix + key, value, FOR_AN_HOUR)));
      pipelined.flushCommands();
    }
    window.close();
  }

  @Override
  public long pipeline(Operation operation, int size, Duration time) throws InterruptedException {
    byte[] value = Values.of(size);
    Window window = new Window();
    long sent = 0;
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      window.open(AT_ONCE);
      for (int i = 0; i < AT_ONCE; i++) {
        String key = prefix + Values.anyKey(size);
        window.answered(
            switch (operation) {
              case GET -> pipelined.async().get(key).thenApply(Objects::requireNonNull);
              case SET -> pipelined.async().set(key, value, FOR_AN_HOUR);
            });
      }
      pipelined.flushCommands();
      sent += AT_ONCE;
    }
    window.close();
    return sent;
  }

  @Override
  public void close() {
    client.shutdown();
  }

  /** The operations that are under way. */
  private static final class Window {
    private final Semaphore room = new Semaphore(WINDOW);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    void open(int operations) throws InterruptedException {
      room.acquire(operations);
    }

    void answered(CompletionStage<?> answer) {
      Object unused =
          answer.whenComplete(
              (value, error) -> {
                if (error != null) {
                  failure.set(error);
                }
                room.release();
              });
    }

    void close() throws InterruptedException {
      room.acquire(WINDOW);
      if (failure.get() != null) {
        throw new IllegalStateException("Redis failed", failure.get());
      }
    }
  }
}
