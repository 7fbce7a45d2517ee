package dev.kryonix.cache.redis;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * Where Redis is.
 *
 * @param host its host
 * @param port its port
 * @param user the service's user, limited to the commands that the service sends
 * @param password that user's password
 * @param timeout how long a command may take
 */
@ConfigurationProperties("kryonix.redis")
public record RedisConfig(
    String host,
    int port,
    String user,
    String password,
    @Bindable(defaultValue = "2s") Duration timeout) {

  @Override
  public String toString() {
    return "RedisConfig[" + user + "@" + host + ":" + port + "]";
  }
}
