package dev.kryonix.cache.redis;

import dev.kryonix.kit.catalog.CacheTypes;
import dev.kryonix.kit.server.EventLoops;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * One Redis. The logical database is a state of the connection, so each purpose has connections of
 * its own, one on each event loop; a tenant is always in one bucket, since one server is all there
 * is to spread over.
 */
final class Standalone implements Engine {
  private final RedisConfig config;
  private final CacheTypes types;
  private final EventLoops loops;
  private final ClientResources resources;
  private final Breaks breaks = new Breaks();

  /** One for each event loop, since a client cannot be told on which of several to connect. */
  private final List<RedisClient> clients;

  Standalone(RedisConfig config, CacheTypes types, EventLoops loops) {
    this.config = config;
    this.types = types;
    this.loops = loops;
    this.resources =
        Options.resources()
            .eventLoopGroupProvider(new SharedLoops(loops.group(), loops.count()))
            .build();
    this.clients = IntStream.range(0, loops.count()).mapToObj(this::client).toList();
  }

  private RedisClient client(int loop) {
    RedisClient client = RedisClient.create(new SharedLoops(loops.get(loop), 1).sharing(resources));
    client.addListener(breaks);
    client.setOptions(
        Options.common(
                // There is nobody else to ask: while Redis is away, commands fail at once.
                ClientOptions.builder()
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS),
                config)
            .build());
    return client;
  }

  @Override
  public Link connect(Purpose purpose) {
    int database =
        Objects.requireNonNull(
            types.databases().get(purpose.label()), "no database " + purpose.label());
    List<StatefulRedisConnection<byte[], byte[]>> connections = new ArrayList<>();
    try {
      for (RedisClient client : clients) {
        connections.add(client.connect(ByteArrayCodec.INSTANCE, config.standalone(database)));
      }
    } catch (RedisException e) {
      // Whoever tries again makes all of them anew.
      connections.forEach(StatefulRedisConnection::close);
      throw e;
    }
    return new Link(
        loops,
        breaks,
        connections.stream()
            .map(each -> new Link.Lane(each.async(), new Batches(each, loops, Runnable::run)))
            .toList());
  }

  @Override
  public void check(Link link) {
    // Each connection comes back by itself, and calls are served by whichever is on their thread.
    link.all().stream()
        .map(RedisClusterAsyncCommands::ping)
        .toList()
        .forEach(pong -> Answers.await(pong, config.timeout()));
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
    clients.forEach(client -> client.shutdown(0, 2, TimeUnit.SECONDS));
    resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
