package dev.kryonix.messaging.deadletter;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.kryonix.messaging.retry.Attempts;
import dev.kryonix.messaging.retry.DeadReason;
import java.time.Instant;

/**
 * A dead letter.
 *
 * @param id its id: the same however often it is taken from the broker
 * @param module its module
 * @param operation its operation
 * @param source the queue of the broker that it came from, with its lane
 * @param reason why it is dead
 * @param attempts those that failed
 * @param time when it became one
 * @param fingerprint the same for all that failed in the same way
 * @param properties its properties in the broker
 * @param body its body there
 */
record DeadMessage(
    String id,
    String module,
    String operation,
    String source,
    DeadReason reason,
    Attempts attempts,
    Instant time,
    String fingerprint,
    BasicProperties properties,
    byte[] body) {
  String queue() {
    return module + "." + operation;
  }
}
