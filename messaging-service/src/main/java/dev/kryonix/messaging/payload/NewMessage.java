package dev.kryonix.messaging.payload;

import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Route;
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
 * @param handling which way it takes, and whether it may have taken it before
 */
public record NewMessage(
    String id,
    LiveQueue queue,
    int priority,
    Content content,
    Optional<Duration> ttl,
    Instant time,
    Map<String, String> trace,
    Handling handling) {

  public NewMessage {
    trace = Map.copyOf(trace);
  }

  /** A message on the usual way. */
  public NewMessage(
      String id,
      LiveQueue queue,
      int priority,
      Content content,
      Optional<Duration> ttl,
      Instant time,
      Map<String, String> trace) {
    this(id, queue, priority, content, ttl, time, trace, Handling.STANDARD);
  }

  /** The lane that the message is for; one with an ordering key has none, and counts as normal. */
  public Lane lane() {
    return isOrdered() ? Lane.NORMAL : handling.route.lane(priority);
  }

  /** Whether the message has an ordering key. */
  public boolean isOrdered() {
    return !content.orderingKey.isEmpty();
  }

  /** The same message under the id that an earlier attempt to publish it gave it. */
  public NewMessage as(String messageId, boolean again) {
    return new NewMessage(
        messageId, queue, priority, content, ttl, time, trace, new Handling(handling.route, again));
  }

  /**
   * How a message is handled in the broker.
   *
   * @param route which way it takes
   * @param again whether it may be there already, published under the same id
   */
  public record Handling(Route route, boolean again) {
    /** The usual way, for the first time. */
    public static final Handling STANDARD = new Handling(Route.STANDARD, false);
  }

  /**
   * What a message says.
   *
   * @param payload the bytes; owned by the message from now on
   * @param contentType their media type
   * @param attributes the publisher's attributes
   * @param compression how hard they are compressed
   * @param endToEnd the publisher's own encryption, or empty: then the bytes stay as they are
   * @param orderingKey messages of an operation with the same one come in order; or empty
   */
  public record Content(
      byte[] payload,
      String contentType,
      Map<String, String> attributes,
      CompressionLevel compression,
      String endToEnd,
      String orderingKey) {

    public Content {
      attributes = Map.copyOf(attributes);
    }

    /** Without an ordering key. */
    public Content(
        byte[] payload,
        String contentType,
        Map<String, String> attributes,
        CompressionLevel compression,
        String endToEnd) {
      this(payload, contentType, attributes, compression, endToEnd, "");
    }
  }
}
