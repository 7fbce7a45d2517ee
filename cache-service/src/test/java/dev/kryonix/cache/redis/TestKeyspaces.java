package dev.kryonix.cache.redis;

import dev.kryonix.kit.server.EventLoops;
import io.lettuce.core.api.StatefulConnection;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;

/** Keyspaces whose connection does nothing but fail, for what needs no Redis. */
public final class TestKeyspaces {
  private TestKeyspaces() {}

  /** A keyspace that throws what it is given when a command is written. */
  @SuppressWarnings("NullAway") // Nothing sends commands each by itself.
  public static Keyspace failing(EventLoops loops, RuntimeException failure) {
    Keyspace keyspace = new Keyspace("", Duration.ofSeconds(2));
    Batches batches = new Batches(connection(failure), loops, Runnable::run);
    keyspace.link(new Link(loops, new Breaks(), List.of(new Link.Lane(null, batches))));
    return keyspace;
  }

  /** Tells a keyspace that one of its connections was lost, as the driver does. */
  @SuppressWarnings("NullAway") // Which connection it is does not matter.
  public static void loseConnection(Keyspace keyspace) {
    keyspace.linked().breaks().onRedisDisconnected(null);
  }

  @SuppressWarnings("unchecked")
  private static StatefulConnection<byte[], byte[]> connection(RuntimeException failure) {
    return (StatefulConnection<byte[], byte[]>)
        Proxy.newProxyInstance(
            TestKeyspaces.class.getClassLoader(),
            new Class<?>[] {StatefulConnection.class},
            (proxy, method, arguments) -> {
              throw failure;
            });
  }
}
