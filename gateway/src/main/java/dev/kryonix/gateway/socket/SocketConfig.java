package dev.kryonix.gateway.socket;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * How sockets are kept.
 *
 * @param ping how often a client is asked whether it is still there; one that is not heard of for
 *     twice as long is gone
 */
@ConfigurationProperties("kryonix.gateway.socket")
record SocketConfig(@Bindable(defaultValue = "30s") Duration ping) {
  SocketConfig {
    if (!ping.isPositive()) {
      throw new IllegalArgumentException("kryonix.gateway.socket.ping must be above zero");
    }
  }
}
