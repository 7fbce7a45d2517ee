package dev.kryonix.gateway.openapi;

import dev.kryonix.gateway.transcode.HttpContent;
import java.util.List;

/**
 * Streams of messages in HTTP bodies. OpenAPI 3.1 has no word for a sequence of texts, so the
 * schema of one item stands in the extension {@code x-itemSchema}, named after the {@code
 * itemSchema} of OpenAPI 3.2.
 */
final class Streams {
  private static final String ITEM = "x-itemSchema";

  private Streams() {}

  /** JSON texts, one a line. */
  static Node lines(Node message) {
    return Node.of(
            "schema",
            Node.of("type", "string").put("description", "One JSON text a line, each a message."))
        .put(ITEM, message);
  }

  /** The three shapes of an answer that is a stream. */
  static Node answer(Node message, Node status) {
    Node last = Node.of("anyOf", List.of(message, status));
    Node content = new Node();
    content.put(
        HttpContent.JSON,
        Node.of(
            "schema",
            Node.of("type", "array")
                .put(
                    "description",
                    "The messages. A stream that fails midway ends with the status as its last"
                        + " element.")
                .put("items", last)));
    content.put(
        HttpContent.NDJSON,
        Node.of(
                "schema",
                Node.of("type", "string")
                    .put(
                        "description",
                        "One message a line. A stream that fails midway ends with the status as its"
                            + " last line."))
            .put(ITEM, last));
    content.put(
        HttpContent.EVENT_STREAM,
        Node.of(
                "schema",
                Node.of("type", "string")
                    .put(
                        "description",
                        "One event for each message. A stream that fails midway ends with an event"
                            + " of the type `error`, whose data is the status. Comments keep the"
                            + " connection open."))
            .put(ITEM, Node.of("oneOf", List.of(event(message, false), event(status, true)))));
    return content;
  }

  private static Node event(Node data, boolean error) {
    Node properties = new Node();
    if (error) {
      properties.put("event", Node.of("const", "error"));
    }
    properties.put(
        "data",
        Node.of("type", "string")
            .put("contentMediaType", HttpContent.JSON)
            .put("contentSchema", data));
    Node event = Node.of("type", "object").put("properties", properties);
    return error
        ? event.put("required", List.of("event", "data"))
        : event.put("required", List.of("data")).put("not", Node.of("required", List.of("event")));
  }
}
