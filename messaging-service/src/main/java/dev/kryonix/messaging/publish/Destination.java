package dev.kryonix.messaging.publish;

import dev.kryonix.messaging.broker.Names;

/** Where in the broker a message is sent. */
public record Destination(String exchange, String routingKey) {
  /** The queue of that name, by way of all publishes. */
  public static Destination queue(String name) {
    return new Destination(Names.PUBLISH, name);
  }
}
