package dev.kryonix.cache.redis;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.Readiness;
import io.lettuce.core.RedisException;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redis, standalone or a cluster, as the configuration says. Connections are made when a purpose is
 * first asked for, and come back by themselves.
 */
@Singleton
public final class Redis {
  private static final Logger LOG = LoggerFactory.getLogger(Redis.class);
  private static final Duration BETWEEN_PROBES = Duration.ofSeconds(1);

  private final RedisConfig config;
  private final Engine engine;
  private final Map<Purpose, Keyspace> keyspaces = new ConcurrentHashMap<>();
  private final Readiness.Component readiness;
  private final Thread watchdog;

  Redis(RedisConfig config, Catalog catalog, Readiness readiness, EventLoops loops) {
    this.config = config;
    this.engine =
        config.isCluster()
            ? new Cluster(config, loops)
            : new Standalone(config, catalog.cache(), loops);
    this.readiness = readiness.component("redis");
    keyspace(Purpose.API);
    this.watchdog = Thread.ofVirtual().name("redis-watchdog").start(this::watch);
  }

  /** The part of Redis for a purpose; the same at each call. */
  public Keyspace keyspace(Purpose purpose) {
    return keyspaces.computeIfAbsent(
        purpose, each -> new Keyspace(engine.prefix(each), config.timeout()));
  }

  /** What together holds all that the service has in Redis, to be gone through by SCAN. */
  public Collection<Keyspace> everything() {
    return engine.isOneDatabase()
        ? List.of(keyspace(Purpose.API))
        : List.copyOf(keyspaces.values());
  }

  /** Over how many hash slots a tenant of that plan is spread. */
  public int buckets(String plan) {
    return engine.buckets(plan);
  }

  /** All numbers of hash slots that a tenant may be spread over, whatever its plan. */
  public int[] layouts() {
    int most = engine.buckets("enterprise");
    return most == 1 ? new int[] {1} : new int[] {1, most};
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        probe();
        Thread.sleep(BETWEEN_PROBES);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void probe() {
    try {
      for (Map.Entry<Purpose, Keyspace> each : keyspaces.entrySet()) {
        if (!each.getValue().isLinked()) {
          each.getValue().link(engine.connect(each.getKey()));
        }
      }
      engine.check(keyspace(Purpose.API).linked());
      readiness.up();
    } catch (RedisException | ServiceException e) {
      LOG.debug("redis probe failed", e);
      readiness.down("cannot be reached");
    }
  }

  @PreDestroy
  void close() {
    watchdog.interrupt();
    engine.close();
  }
}
