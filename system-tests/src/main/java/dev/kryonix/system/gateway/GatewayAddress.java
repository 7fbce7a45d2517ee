package dev.kryonix.system.gateway;

import java.net.URI;

/**
 * Where the gateway is.
 *
 * @param http the base of all REST paths, such as {@code http://127.0.0.1:8080}
 * @param grpc host and port of gRPC, such as {@code 127.0.0.1:9090}
 */
public record GatewayAddress(URI http, String grpc) {
  public GatewayAddress {
    if (http.getHost() == null) {
      throw new IllegalArgumentException(
          "'" + http + "' is no address such as http://127.0.0.1:8080");
    }
    if (!grpc.matches("[^\\s/]+:\\d+")) {
      throw new IllegalArgumentException("'" + grpc + "' is no address such as 127.0.0.1:9090");
    }
  }
}
