package dev.kryonix.messaging.broker;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.time.Duration;

/**
 * Where the broker is.
 *
 * @param host its host
 * @param port its AMQP port
 * @param managementUrl the address of its management API
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
    URI managementUrl,
    String user,
    String password,
    @Bindable(defaultValue = "3s") Duration connectTimeout,
    @Bindable(defaultValue = "60s") Duration managementTimeout) {

  @Override
  public String toString() {
    return "BrokerConfig[%s:%d, %s, %s, ***]".formatted(host, port, managementUrl, user);
  }
}
