package dev.kryonix.gateway.access;

/** How a call came in. */
public enum Protocol {
  GRPC("grpc"),
  GRPC_WEB("grpc-web"),
  REST("rest"),
  WEBSOCKET("websocket"),
  /** A page, or a request that led to no RPC. */
  HTTP("http");

  private final String text;

  Protocol(String text) {
    this.text = text;
  }

  /** As it stands in the log. */
  String text() {
    return text;
  }
}
