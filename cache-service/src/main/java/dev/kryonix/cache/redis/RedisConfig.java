package dev.kryonix.cache.redis;

import io.lettuce.core.RedisURI;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Where Redis is.
 *
 * @param host the host of a standalone Redis
 * @param port its port
 * @param nodes nodes of a Redis Cluster, {@code host:port} with commas between, some of them
 *     suffice; empty means that Redis stands alone
 * @param user the service's user, limited to the commands that the service sends
 * @param password that user's password
 * @param timeout how long a command may take
 * @param enterpriseBuckets over how many hash slots of a cluster a tenant of the plan enterprise is
 *     spread; 1 to 16
 */
@ConfigurationProperties("kryonix.redis")
public record RedisConfig(
    String host,
    int port,
    @Bindable(defaultValue = "") String nodes,
    String user,
    String password,
    @Bindable(defaultValue = "2s") Duration timeout,
    @Bindable(defaultValue = "4") int enterpriseBuckets) {
  private static final int MOST_BUCKETS = 16;

  public RedisConfig {
    if (enterpriseBuckets < 1 || enterpriseBuckets > MOST_BUCKETS) {
      throw new IllegalArgumentException(
          "kryonix.redis.enterprise-buckets must be 1 to " + MOST_BUCKETS);
    }
  }

  boolean isCluster() {
    return !nodes.isBlank();
  }

  RedisURI standalone(int database) {
    return address(host, port).withDatabase(database).build();
  }

  List<RedisURI> clusterNodes() {
    return Arrays.stream(nodes.split(",")).map(String::trim).map(this::node).toList();
  }

  private RedisURI node(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("kryonix.redis.nodes: no host:port: " + hostAndPort);
    }
    return address(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)))
        .build();
  }

  private RedisURI.Builder address(String nodeHost, int nodePort) {
    return RedisURI.Builder.redis(nodeHost, nodePort)
        .withAuthentication(user, password.toCharArray())
        .withTimeout(timeout);
  }

  @Override
  public String toString() {
    return "RedisConfig[" + user + "@" + (isCluster() ? nodes : host + ":" + port) + "]";
  }
}
