package dev.kryonix.gateway;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What can be set for the gateway, besides what every process has.
 *
 * @param httpPort the port of REST
 * @param connectionsPerLoop how many connections to each service an event loop spreads its calls
 *     over; there are as many loops as processors, two at least
 * @param callsPerConnection how many calls one client connection may have open at once
 * @param contracts files with the descriptor sets of services that stand behind the gateway beside
 *     the platform's own; their addresses are {@code kryonix.services.<name>}
 * @param unaryDeadline the deadline of a unary call whose caller sets none
 */
@ConfigurationProperties("kryonix.gateway")
public record GatewayConfig(
    int httpPort,
    @Bindable(defaultValue = "1") int connectionsPerLoop,
    @Bindable(defaultValue = "1000") int callsPerConnection,
    List<Path> contracts,
    @Bindable(defaultValue = "60s") Duration unaryDeadline) {
  public GatewayConfig {
    contracts = contracts == null ? List.of() : List.copyOf(contracts);
  }
}
