package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.messaging.payload.Envelope;
import java.util.Map;

/**
 * The attributes that a consumer asks for: a message has all of them, with these values.
 *
 * @param attributes empty lets everything through
 */
record Filter(Map<String, String> attributes) {
  Filter {
    attributes = Map.copyOf(attributes);
  }

  boolean admits(BasicProperties properties) {
    return attributes.isEmpty()
        || Envelope.attributes(properties).entrySet().containsAll(attributes.entrySet());
  }
}
