package dev.kryonix.kit.catalog;

import java.time.Duration;
import java.util.List;

/**
 * A kind of message of a module.
 *
 * @param name its canonical name, such as {@code appointments.create}
 * @param priority 1 (last) to 10 (first)
 * @param ttl how long a message may wait in its live queue
 * @param aliases older clients' names for it
 */
public record Operation(String name, int priority, Duration ttl, List<String> aliases) {
  public Operation {
    if (priority < 1 || priority > 10) {
      throw new IllegalArgumentException(name + ": the priority is 1 to 10, not " + priority);
    }
    aliases = List.copyOf(aliases);
  }
}
