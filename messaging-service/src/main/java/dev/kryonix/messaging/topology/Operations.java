package dev.kryonix.messaging.topology;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Module;
import dev.kryonix.kit.catalog.Operation;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.Names;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The catalogue's operations as queues: finds the one that a caller names, for its tenant. */
@Singleton
public final class Operations {
  private static final String AUTOMATION = "automation.";

  private final Catalog catalog;

  public Operations(Catalog catalog) {
    this.catalog = catalog;
  }

  /** The queue of an operation or alias; refuses what the catalogue or the tenant does not have. */
  public LiveQueue require(TenantView tenant, String module, String operation) {
    Module known =
        catalog
            .module(module)
            .orElseThrow(() -> OperationErrors.unknownModule(module, catalog, "module"));
    Operation found =
        known
            .operation(operation)
            .orElseThrow(() -> OperationErrors.unknownOperation(module, operation, "operation"));
    if (!has(tenant, known.name())) {
      throw OperationErrors.moduleNotEnabled(module, tenant.id());
    }
    return queue(known, found);
  }

  /** The module of a queue. */
  public Module moduleOf(LiveQueue queue) {
    return catalog.module(queue.module()).orElseThrow();
  }

  /**
   * The automation consumers: the operations of the tenant's modules that the catalogue names so.
   */
  public List<LiveQueue> automation(TenantView tenant) {
    return modulesOf(tenant).stream()
        .flatMap(
            module ->
                module.operations().values().stream()
                    .filter(operation -> operation.name().startsWith(AUTOMATION))
                    .map(operation -> queue(module, operation)))
        .toList();
  }

  /** Refuses when the tenant does not have the module of one of the queues any more. */
  public void requireModules(TenantView tenant, List<LiveQueue> queues) {
    for (LiveQueue queue : queues) {
      if (!has(tenant, queue.module())) {
        throw OperationErrors.moduleNotEnabled(queue.module(), tenant.id());
      }
    }
  }

  /** The canonical name of a module's operation or alias, whatever the tenant has. */
  public String canonical(String module, String operation) {
    return catalog
        .module(module)
        .orElseThrow(() -> OperationErrors.unknownModule(module, catalog, "module"))
        .operation(operation)
        .orElseThrow(() -> OperationErrors.unknownOperation(module, operation, "operation"))
        .name();
  }

  /** Refuses a module that the tenant does not have. */
  public void requireEnabled(TenantView tenant, String module) {
    if (!has(tenant, module)) {
      throw OperationErrors.moduleNotEnabled(module, tenant.id());
    }
  }

  /** Refuses a module that the catalogue does not have. */
  public void requireKnown(String module) {
    if (catalog.module(module).isEmpty()) {
      throw OperationErrors.unknownModule(module, catalog, "module");
    }
  }

  /** How long dead letters of the module are kept. */
  public Duration retention(String module) {
    return catalog.module(module).orElse(catalog.mobile()).retention();
  }

  /** The queue of that name, such as {@code crm.leads.create}, whatever the tenant has. */
  public Optional<LiveQueue> find(String name) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    return catalog
        .module(name.substring(0, dot))
        .flatMap(
            module ->
                module
                    .operation(name.substring(dot + 1))
                    .map(operation -> queue(module, operation)));
  }

  /** The operation that a queue of the broker belongs to: one of its lanes, or its ordered one. */
  public Optional<LiveQueue> ofQueue(String name) {
    return find(name)
        .or(() -> find(Names.unordered(name)))
        .or(
            () ->
                Arrays.stream(Lane.values())
                    .map(Lane::suffix)
                    .filter(suffix -> !suffix.isEmpty() && name.endsWith(suffix))
                    .findFirst()
                    .flatMap(suffix -> find(name.substring(0, name.length() - suffix.length()))));
  }

  /**
   * The queues that patterns come to, such as {@code crm.*}, which a request has in its field
   * {@code sources}; refuses a pattern that names nothing.
   */
  public List<LiveQueue> matching(TenantView tenant, List<String> sources) {
    List<LiveQueue> queues = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      String pattern = sources.get(i);
      int dot = pattern.indexOf('.');
      String module = pattern.substring(0, dot);
      String operation = pattern.substring(dot + 1);
      String field = "sources[" + i + "]";
      List<LiveQueue> found =
          module.equals("*")
              ? ofAnyModule(tenant, operation, field)
              : ofModule(tenant, module, operation, field);
      found.stream().filter(queue -> !queues.contains(queue)).forEach(queues::add);
    }
    return queues;
  }

  private List<LiveQueue> ofModule(
      TenantView tenant, String module, String operation, String field) {
    Module known =
        catalog
            .module(module)
            .orElseThrow(() -> OperationErrors.unknownModule(module, catalog, field));
    List<Operation> operations =
        operation.equals("*")
            ? List.copyOf(known.operations().values())
            : List.of(
                known
                    .operation(operation)
                    .orElseThrow(() -> OperationErrors.unknownOperation(module, operation, field)));
    if (!has(tenant, known.name())) {
      throw OperationErrors.moduleNotEnabled(module, tenant.id());
    }
    return operations.stream().map(each -> queue(known, each)).toList();
  }

  private List<LiveQueue> ofAnyModule(TenantView tenant, String operation, String field) {
    boolean any = operation.equals("*");
    List<LiveQueue> queues = new ArrayList<>();
    for (Module known : modulesOf(tenant)) {
      known.operations().values().stream()
          .filter(
              each -> any || each.name().equals(operation) || each.aliases().contains(operation))
          .forEach(each -> queues.add(queue(known, each)));
    }
    if (queues.isEmpty()) {
      throw OperationErrors.unknownOperation("*", operation, field);
    }
    return queues;
  }

  /** How many modules there are, whoever has them. */
  int modules() {
    return catalog.modules().size() + 1;
  }

  private List<Module> modulesOf(TenantView tenant) {
    List<Module> modules = new ArrayList<>();
    catalog.modules().values().stream()
        .filter(module -> has(tenant, module.name()))
        .forEach(modules::add);
    modules.add(catalog.mobile());
    return modules;
  }

  /** Whether the tenant has the module. */
  public static boolean has(TenantView tenant, String module) {
    return module.equals(Catalog.MOBILE) || tenant.hasModule(module);
  }

  private static LiveQueue queue(Module module, Operation operation) {
    return new LiveQueue(module.name(), operation.name(), operation.priority(), operation.ttl());
  }
}
