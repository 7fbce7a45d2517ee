package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.http.HttpRequestHead;
import dev.kryonix.gateway.transcode.Binding;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request to open a socket, with what was found for it.
 *
 * @param head the request
 * @param binding the route of the RPC
 * @param captures the values of the path's variables, which stand in every message
 * @param subprotocol how messages are written
 * @param named whether the client has named it; one that has named none is told none
 * @param ticket the ticket, when the client brings one
 */
record Opening(
    HttpRequestHead head,
    Binding binding,
    Map<String, String> captures,
    Subprotocol subprotocol,
    boolean named,
    Optional<String> ticket) {
  /** A ticket travels in the list of subprotocols, the one header that a browser lets pages set. */
  private static final String TICKET = "ticket.";

  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;

  Opening {
    captures = Map.copyOf(captures);
  }

  static Opening of(HttpRequestHead head, Binding binding, Map<String, String> captures) {
    requireSocket(binding);
    requireHandshake(head);
    List<String> offered = offered(head);
    Optional<Subprotocol> known =
        offered.stream().map(Subprotocol::of).flatMap(Optional::stream).findFirst();
    if (known.isEmpty() && !offered.isEmpty()) {
      throw SocketErrors.upgrade(
          "none of the subprotocols is spoken here; offer one of " + Subprotocol.tokens());
    }
    return new Opening(
        head,
        binding,
        captures,
        known.orElse(Subprotocol.JSON),
        known.isPresent(),
        ticket(offered));
  }

  /** Refuses a route that leads to no RPC that streams both ways. */
  static void requireSocket(Binding binding) {
    if (!binding.opensSocket()) {
      throw SocketErrors.upgrade(
          "the path leads to " + binding.rpc().name() + ", which does not stream both ways");
    }
  }

  private static void requireHandshake(HttpRequestHead head) {
    if (!head.chunked()
        || !head.headers()
            .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, true)) {
      throw SocketErrors.upgrade("it takes HTTP/1.1 with 'Connection: Upgrade'");
    }
    if (!head.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(List.of(VERSION))) {
      throw SocketErrors.upgrade("Sec-WebSocket-Version must be " + VERSION);
    }
    if (!isKey(head.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
      throw SocketErrors.upgrade("Sec-WebSocket-Key must be 16 bytes in base64");
    }
    if (head.contentLength() != 0) {
      throw SocketErrors.upgrade("the request has a body");
    }
    if (!head.query().isEmpty()) {
      throw SocketErrors.upgrade(
          "there are no query parameters: what the RPC takes stands in messages, a ticket in the"
              + " list of subprotocols");
    }
  }

  private static boolean isKey(List<String> values) {
    try {
      return values.size() == 1
          && Base64.getDecoder().decode(values.getFirst().strip()).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static List<String> offered(HttpRequestHead head) {
    List<String> all = new ArrayList<>();
    for (String line : head.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String each : line.split(",", -1)) {
        if (!each.isBlank()) {
          all.add(each.strip());
        }
      }
    }
    return all;
  }

  private static Optional<String> ticket(List<String> offered) {
    List<String> tickets = offered.stream().filter(each -> each.startsWith(TICKET)).toList();
    if (tickets.size() > 1) {
      throw SocketErrors.ticket("there is more than one");
    }
    return tickets.stream().map(each -> each.substring(TICKET.length())).findFirst();
  }
}
