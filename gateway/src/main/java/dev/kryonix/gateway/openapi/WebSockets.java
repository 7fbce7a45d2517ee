package dev.kryonix.gateway.openapi;

import com.google.protobuf.Descriptors.Descriptor;
import dev.kryonix.api.gateway.v1.CreateTicketRequest;
import dev.kryonix.api.gateway.v1.CreateTicketResponse;
import dev.kryonix.gateway.socket.Subprotocol;
import dev.kryonix.gateway.transcode.Binding;
import dev.kryonix.gateway.transcode.HttpContent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * RPCs that stream both ways as WebSockets. OpenAPI 3.1 has no word for one, so its messages stand
 * in an extension of the operation that opens it.
 */
final class WebSockets {
  /** What is sent and received once the socket is open. */
  static final String EXTENSION = "x-kryonix-websocket";

  private final Schemas schemas;
  private final Bodies bodies;
  private final ErrorResponses errors;

  WebSockets(Schemas schemas, Bodies bodies, ErrorResponses errors) {
    this.schemas = schemas;
    this.bodies = bodies;
    this.errors = errors;
  }

  /** The response that a WebSocket opens with. */
  Node opened() {
    return Node.of(
            "description",
            "Asked for with `Upgrade: websocket`, over HTTP/1.1, the call is a WebSocket, whose"
                + " messages `"
                + EXTENSION
                + "` describes; there are no query parameters then. The token stands in"
                + " `Authorization`; a page, which cannot set it, offers `ticket.<ticket>` beside"
                + " the subprotocol, of a ticket bought at `POST /v1/tickets`.")
        .put(
            "headers",
            Node.of(
                "Sec-WebSocket-Protocol",
                Node.of("description", "The first subprotocol of those offered that is spoken.")
                    .put("schema", Node.of("type", "string").put("enum", subprotocols()))));
  }

  /**
   * What goes over the socket of a route.
   *
   * @param operation the name of its operation
   */
  Node messages(Binding binding, String operation) {
    Binding socket = binding.with(new Binding.Body.Whole());
    Optional<Node> sent = bodies.of(socket, operation + "-Socket");
    Node messages = Node.of("subprotocols", subprotocols());
    sent.ifPresent(
        body ->
            messages.put("send", body.child("content").child(HttpContent.JSON).child("schema")));
    return messages
        .put(
            "receive",
            binding
                .responseField()
                .map(field -> schemas.value(field, Direction.ANSWER))
                .orElseGet(
                    () ->
                        schemas.message(binding.rpc().method().getOutputType(), Direction.ANSWER)))
        .put("status", errors.status())
        .put(
            "description",
            "In `kryonix.v1.json` each text message is one JSON; in `kryonix.v1.proto` each binary"
                + " message is one message in the wire format. An empty text message says that"
                + " there are no more. A call that ends well closes with 1000; one that fails"
                + " sends the status as a last text message and closes with 4000 and its code.");
  }

  /** The operation that sells tickets. */
  Node tickets() {
    Node responses =
        Node.of(
            "200",
            Node.of("description", "A ticket, good once.")
                .put("content", json(CreateTicketResponse.getDescriptor(), Direction.ANSWER)));
    for (HttpError error :
        List.of(
            HttpError.BAD_REQUEST,
            HttpError.UNAUTHENTICATED,
            HttpError.PERMISSION_DENIED,
            HttpError.NOT_FOUND,
            HttpError.CONTENT_TOO_LARGE,
            HttpError.UNSUPPORTED_MEDIA_TYPE,
            HttpError.RESOURCE_EXHAUSTED,
            HttpError.UNAVAILABLE)) {
      responses.put(Integer.toString(error.status()), Node.ref("responses/" + error.component()));
    }
    return Node.of("tags", List.of("gateway"))
        .put("operationId", "gateway_CreateTicket")
        .put("summary", "Sells a ticket for a WebSocket.")
        .put(
            "description",
            "A page cannot send a token when it opens a WebSocket, so it buys a ticket with its"
                + " token first. Whoever may make the call that the path leads to may have one; it"
                + " takes from the request budget what the call does.")
        .put(
            "requestBody",
            Node.of("content", json(CreateTicketRequest.getDescriptor(), Direction.REQUEST))
                .put("required", true))
        .put("responses", responses)
        .put("security", List.of(Node.list(Operations.SECURITY)));
  }

  private Node json(Descriptor type, Direction direction) {
    return Node.of(HttpContent.JSON, Node.of("schema", schemas.message(type, direction)));
  }

  private static List<String> subprotocols() {
    return Arrays.stream(Subprotocol.values()).map(Subprotocol::token).toList();
  }
}
