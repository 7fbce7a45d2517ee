package dev.kryonix.messaging.payload;

import java.time.Instant;
import java.util.Map;

/**
 * A message as it came from the broker, opened.
 *
 * @param id its id
 * @param module its module
 * @param operation its operation
 * @param payload the bytes that were published
 * @param contentType their media type
 * @param priority 1 to 10
 * @param attributes the publisher's attributes
 * @param time when it was accepted
 * @param endToEnd the publisher's own encryption, or empty
 * @param orderingKey the publisher's ordering key, or empty
 */
public record StoredMessage(
    String id,
    String module,
    String operation,
    byte[] payload,
    String contentType,
    int priority,
    Map<String, String> attributes,
    Instant time,
    String endToEnd,
    String orderingKey) {

  public StoredMessage {
    attributes = Map.copyOf(attributes);
  }
}
