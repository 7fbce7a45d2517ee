package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.topology.LiveQueue;

/**
 * A message as it was taken from the broker.
 *
 * @param tenant whose it is
 * @param queue the operation's queue
 * @param source the queue of the broker that it came from, with its lane
 * @param properties its properties
 * @param body its body as stored
 */
public record Taken(
    TenantView tenant, LiveQueue queue, String source, BasicProperties properties, byte[] body) {

  /** How many attempts have failed, when, and of what. */
  public Attempts attempts() {
    return Attempts.of(properties);
  }
}
