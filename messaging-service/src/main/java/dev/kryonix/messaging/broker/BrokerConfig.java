package dev.kryonix.messaging.broker;

import com.rabbitmq.client.Address;
import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the broker is.
 *
 * @param host the host of its only node
 * @param port that node's AMQP port
 * @param nodes the nodes of a cluster, {@code host:port} with commas between, instead of host and
 *     port
 * @param managementUrl the address of its management API, or several with commas between
 * @param user an administrator, who makes vhosts and users
 * @param password the administrator's password
 * @param connectTimeout how long opening a connection may take
 * @param managementTimeout how long one management call may take; making a vhost is a step of the
 *     whole cluster, which slows with the number of vhosts
 */
@ConfigurationProperties("kryonix.broker")
public record BrokerConfig(
    String host,
    int port,
    @Bindable(defaultValue = "") String nodes,
    String managementUrl,
    String user,
    String password,
    @Bindable(defaultValue = "3s") Duration connectTimeout,
    @Bindable(defaultValue = "60s") Duration managementTimeout) {

  public BrokerConfig {
    addresses(host, port, nodes);
    managementUrls(managementUrl);
  }

  /** Where its nodes take connections. */
  List<Address> addresses() {
    return addresses(host, port, nodes);
  }

  /** Where its management API answers. */
  List<URI> managementUrls() {
    return managementUrls(managementUrl);
  }

  private static List<Address> addresses(String host, int port, String nodes) {
    if (nodes.isBlank()) {
      return List.of(new Address(host, port));
    }
    return parts(nodes).map(BrokerConfig::address).toList();
  }

  private static Address address(String node) {
    try {
      return Address.parseAddress(node);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("kryonix.broker.nodes: no host:port: " + node, e);
    }
  }

  private static List<URI> managementUrls(String urls) {
    List<URI> all = parts(urls).map(URI::create).toList();
    if (all.isEmpty()) {
      throw new IllegalArgumentException("kryonix.broker.management-url is empty");
    }
    return all;
  }

  private static Stream<String> parts(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip).filter(part -> !part.isEmpty());
  }

  @Override
  public String toString() {
    return "BrokerConfig[%s, %s, %s, ***]".formatted(addresses(), managementUrl, user);
  }
}
