package dev.kryonix.gateway.socket;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the messages of a socket are written. */
public enum Subprotocol {
  /** One proto3 JSON text in each text message. */
  JSON("kryonix.v1.json"),
  /** One message in the wire format of protobuf in each binary message. */
  PROTO("kryonix.v1.proto");

  private final String token;

  Subprotocol(String token) {
    this.token = token;
  }

  /** Its name in the header Sec-WebSocket-Protocol. */
  public String token() {
    return token;
  }

  static Optional<Subprotocol> of(String token) {
    return Arrays.stream(values()).filter(each -> each.token.equals(token)).findFirst();
  }

  /** All names, to be shown. */
  static String tokens() {
    return Arrays.stream(values()).map(Subprotocol::token).collect(Collectors.joining(", "));
  }
}
