package dev.kryonix.messaging.retry;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;

/** Where a message goes from its queue, with the properties that it has there. */
public sealed interface Move {
  BasicProperties properties();

  /** To its queue again, not before that time. */
  record Later(BasicProperties properties, Instant due) implements Move {}

  /** To the dead letters of its module. */
  record Dead(BasicProperties properties, DeadReason reason) implements Move {}
}
