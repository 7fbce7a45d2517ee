package dev.kryonix.messaging.payload;

import dev.kryonix.messaging.topology.LiveQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A message to publish.
 *
 * @param id its id
 * @param queue the operation's queue
 * @param priority 1 to 10
 * @param content what it says
 * @param ttl how long it may wait, when shorter than its queue's time
 * @param time when it was accepted
 * @param trace the trace context, as headers
 */
public record NewMessage(
    String id,
    LiveQueue queue,
    int priority,
    Content content,
    Optional<Duration> ttl,
    Instant time,
    Map<String, String> trace) {

  public NewMessage {
    trace = Map.copyOf(trace);
  }

  /**
   * What a message says.
   *
   * @param payload the bytes; owned by the message from now on
   * @param contentType their media type
   * @param attributes the publisher's attributes
   * @param compression how hard they are compressed
   * @param endToEnd the publisher's own encryption, or empty: then the bytes stay as they are
   */
  public record Content(
      byte[] payload,
      String contentType,
      Map<String, String> attributes,
      CompressionLevel compression,
      String endToEnd) {

    public Content {
      attributes = Map.copyOf(attributes);
    }
  }
}
