package dev.kryonix.gateway.upstream;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the gateway knows of a service.
 *
 * @param name its name, such as {@code cache}
 * @param breaker CLOSED, OPEN or HALF_OPEN
 * @param failurePercent of the unary calls of late; empty when they were too few
 * @param calls unary calls that run
 * @param streams that are open
 * @param connections the connections that are ready, by address
 */
public record UpstreamState(
    String name,
    String breaker,
    OptionalDouble failurePercent,
    int calls,
    int streams,
    Map<String, Integer> connections) {
  public UpstreamState {
    connections = Map.copyOf(connections);
  }
}
