package dev.kryonix.gateway.edge;

/** A port of the gateway that is open to clients. */
public enum Port {
  /** HTTP/2 with gRPC calls. */
  GRPC,
  /** HTTP/2 and HTTP/1.1 with everything else. */
  HTTP
}
