package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.messaging.payload.Envelope;
import java.time.Instant;

/** Where a message goes from its queue, with the properties that it has there. */
public sealed interface Move {
  BasicProperties properties();

  /** The same of a message of which a copy may have gone there before. */
  default Move again() {
    BasicProperties marked = Envelope.again(properties());
    return switch (this) {
      case Later later -> new Later(marked, later.due());
      case Dead dead -> new Dead(marked, dead.reason());
    };
  }

  /** To its queue again, not before that time. */
  record Later(BasicProperties properties, Instant due) implements Move {}

  /** To the dead letters of its module. */
  record Dead(BasicProperties properties, DeadReason reason) implements Move {}
}
