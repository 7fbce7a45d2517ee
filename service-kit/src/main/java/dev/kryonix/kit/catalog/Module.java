package dev.kryonix.kit.catalog;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A product module and the message operations that it has.
 *
 * @param name its name, such as {@code crm}
 * @param retention how long its message history and dead letters are kept
 * @param priorityLevels how many lanes its queues have
 * @param mobilePriority whether messages of mobile origin go first
 * @param smartRouting whether messages are routed by their content
 * @param businessCritical whether its loss stops a tenant's business
 * @param defaultPriority the priority of a message when neither caller nor operation says, when the
 *     module has one
 * @param operations its operations by canonical name, in the catalogue's order
 */
public record Module(
    String name,
    Duration retention,
    int priorityLevels,
    boolean mobilePriority,
    boolean smartRouting,
    boolean businessCritical,
    OptionalInt defaultPriority,
    Map<String, Operation> operations) {

  public Module {
    operations = Ordered.copyOf(operations);
  }

  /** The operation of that name or alias. */
  public Optional<Operation> operation(String nameOrAlias) {
    Operation canonical = operations.get(nameOrAlias);
    if (canonical != null) {
      return Optional.of(canonical);
    }
    return operations.values().stream().filter(o -> o.aliases().contains(nameOrAlias)).findFirst();
  }
}
