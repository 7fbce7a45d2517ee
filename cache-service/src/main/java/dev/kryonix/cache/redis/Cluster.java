package dev.kryonix.cache.redis;

import dev.kryonix.kit.server.EventLoops;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster. It has database 0 only, so the purpose is the first segment of each key and all
 * purposes share one connection for each node. The map of the nodes is fetched again periodically,
 * and at once when a node redirects or cannot be reached, which lettuce does unless told not to.
 */
final class Cluster implements Engine {
  private static final String ENTERPRISE = "enterprise";
  private static final Duration REFRESH_PERIOD = Duration.ofSeconds(15);
  private static final Duration BETWEEN_REFRESHES = Duration.ofMillis(500);

  private final RedisConfig config;
  private final EventLoops loops;
  private final ClientResources resources;
  private final RedisClusterClient client;
  private final Breaks breaks = new Breaks();
  private @Nullable Link link;

  Cluster(RedisConfig config, EventLoops loops) {
    this.config = config;
    this.loops = loops;
    this.resources =
        Options.resources()
            .eventLoopGroupProvider(new SharedLoops(loops.group(), loops.count()))
            .build();
    this.client = RedisClusterClient.create(resources, config.clusterNodes());
    client.addListener(breaks);
    client.setOptions(
        Options.common(
                ClusterClientOptions.builder()
                    .topologyRefreshOptions(
                        ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(REFRESH_PERIOD)
                            .adaptiveRefreshTriggersTimeout(BETWEEN_REFRESHES)
                            .build())
                    .validateClusterNodeMembership(false),
                config)
            .build());
    // Connections to nodes are made when they are first needed, so commands wait for them.
  }

  @Override
  public synchronized Link connect(Purpose purpose) {
    Link existing = link;
    if (existing == null) {
      StatefulRedisClusterConnection<byte[], byte[]> connection =
          client.connect(ByteArrayCodec.INSTANCE);
      existing =
          new Link(loops, breaks, List.of(new Link.Lane(connection.async(), batches(connection))));
      link = existing;
    }
    return existing;
  }

  /**
   * Many commands together wait for connections to their nodes to be made, which an event loop
   * does; if it waited itself it would wait for ever.
   */
  private Batches batches(StatefulRedisClusterConnection<byte[], byte[]> connection) {
    return new Batches(connection, loops, Thread.ofVirtual().name("redis-writer-", 0)::start);
  }

  @Override
  public void check(Link checked) {
    String info = Answers.await(checked.commands().clusterInfo(), config.timeout());
    if (!info.contains("cluster_state:ok")) {
      throw Answers.away(new IllegalStateException("the cluster says that it is not ok"));
    }
  }

  @Override
  public String prefix(Purpose purpose) {
    return purpose.label() + ":";
  }

  @Override
  public boolean isOneDatabase() {
    return true;
  }

  @Override
  public int buckets(String plan) {
    return plan.equals(ENTERPRISE) ? config.enterpriseBuckets() : 1;
  }

  @Override
  public void close() {
    client.shutdown(0, 2, TimeUnit.SECONDS);
    resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
