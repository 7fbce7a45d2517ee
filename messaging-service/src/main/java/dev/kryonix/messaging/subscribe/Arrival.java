package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Envelope;
import dev.kryonix.messaging.topology.LiveQueue;

/**
 * A message that the broker has handed to this process and no consumer has yet.
 *
 * @param channel the channel that it came on
 * @param queue the operation's queue
 * @param envelope its tag, and whether it was delivered before
 * @param properties its properties
 * @param body its body as stored
 */
record Arrival(
    LeasedChannel channel,
    LiveQueue queue,
    Envelope envelope,
    BasicProperties properties,
    byte[] body) {

  private static final String DELIVERY_COUNT = "x-delivery-count";

  long tag() {
    return envelope.getDeliveryTag();
  }

  /** Which attempt this is, by the broker's own count of a quorum queue's deliveries. */
  int attempt() {
    Object count =
        properties.getHeaders() == null ? null : properties.getHeaders().get(DELIVERY_COUNT);
    return count instanceof Number number ? 1 + number.intValue() : 1;
  }

  boolean redelivered() {
    return envelope.isRedeliver() || dev.kryonix.messaging.payload.Envelope.isAgain(properties);
  }
}
