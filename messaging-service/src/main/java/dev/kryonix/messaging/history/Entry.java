package dev.kryonix.messaging.history;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.messaging.payload.Envelope;
import java.time.Instant;

/**
 * A message in a history, as it lies.
 *
 * @param offset its place
 * @param properties its properties
 * @param body its body
 */
record Entry(long offset, BasicProperties properties, byte[] body) {
  /** The operation's queue; empty for a mark. */
  String queue() {
    String type = properties.getType();
    return type == null ? "" : type;
  }

  String id() {
    String id = properties.getMessageId();
    return id == null ? "" : id;
  }

  /** When it was accepted. */
  Instant time() {
    return Envelope.time(properties);
  }
}
