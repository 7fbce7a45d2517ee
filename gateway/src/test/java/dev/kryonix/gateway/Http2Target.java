package dev.kryonix.gateway;

/** A port that speaks HTTP/2, and a request that it takes. */
enum Http2Target {
  GRPC,
  HTTP;

  int port(GatewayProcess gateway) {
    return this == GRPC ? gateway.grpcPort() : gateway.httpPort();
  }

  byte[] headers() {
    return this == GRPC
        ? Wire.block(
            ":method",
            "POST",
            ":scheme",
            "http",
            ":path",
            "/kryonix.echo.v1.EchoService/Open",
            ":authority",
            "x",
            "content-type",
            "application/grpc",
            "te",
            "trailers")
        : Wire.block(":method", "POST", ":scheme", "http", ":path", "/v1/open", ":authority", "x");
  }
}
