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
 * @param connectionsPerUpstream how many connections calls to one service are spread over
 * @param callsPerConnection how many calls one client connection may have open at once
 * @param contracts files with the descriptor sets of services that stand behind the gateway beside
 *     the platform's own; their addresses are {@code kryonix.services.<name>}
 * @param unaryDeadline the deadline of a unary call whose caller sets none
 */
@ConfigurationProperties("kryonix.gateway")
public record GatewayConfig(
    int httpPort,
    @Bindable(defaultValue = "2") int connectionsPerUpstream,
    @Bindable(defaultValue = "1000") int callsPerConnection,
    List<Path> contracts,
    @Bindable(defaultValue = "60s") Duration unaryDeadline) {
  public GatewayConfig {
    contracts = contracts == null ? List.of() : List.copyOf(contracts);
  }
}
