package dev.kryonix.messaging.topology;

import java.time.Duration;

/**
 * The queue of an operation, which has up to three lanes in the broker.
 *
 * @param module the module's name
 * @param operation the operation's canonical name
 * @param priority the priority of a message that does not say its own
 * @param ttl how long a message may wait
 */
public record LiveQueue(String module, String operation, int priority, Duration ttl) {
  /** The name without a lane, such as {@code agendamento.reminders.send}. */
  public String name() {
    return module + "." + operation;
  }

  /** The name of the lane's queue in the broker, which is its routing key too. */
  public String name(Lane lane) {
    return name() + lane.suffix();
  }
}
