package dev.kryonix.gateway.limit;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Where the Redis is that the gateways share.
 *
 * @param host its host; empty for none: then each gateway limits by itself
 * @param port its port
 * @param user the gateway's user, limited to its keys and to the commands that it sends
 * @param password that user's password
 * @param timeout how long an answer may take before the gateway goes on by itself
 */
@ConfigurationProperties("kryonix.redis")
record RedisSettings(
    @Bindable(defaultValue = "") String host,
    @Bindable(defaultValue = "6379") int port,
    @Bindable(defaultValue = "") String user,
    @Bindable(defaultValue = "") String password,
    @Bindable(defaultValue = "50ms") Duration timeout) {

  @Override
  public String toString() {
    return "RedisSettings[" + user + "@" + host + ":" + port + "]";
  }
}
