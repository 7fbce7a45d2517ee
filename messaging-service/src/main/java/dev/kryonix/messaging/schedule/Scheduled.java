package dev.kryonix.messaging.schedule;

import java.time.Instant;
import java.util.Map;

/**
 * A message that waits for its time, without its content.
 *
 * @param id identifies it among the tenant's
 * @param messageId the id of the message
 * @param module its module
 * @param operation its operation
 * @param attributes the publisher's attributes
 * @param sizeBytes the size of its payload
 * @param deliverAt when to publish it
 * @param createTime when it was accepted
 * @param failure why it can never be published, and waits no more; empty while it does
 */
public record Scheduled(
    String id,
    String messageId,
    String module,
    String operation,
    Map<String, String> attributes,
    long sizeBytes,
    Instant deliverAt,
    Instant createTime,
    String failure) {

  public Scheduled {
    attributes = Map.copyOf(attributes);
  }
}
