package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.tenant.suggest.Target.OfModule;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the modules: the sector's, or without a sector the plan's, as CreateTenant would; those
 * that the words speak for; and none that they deny.
 */
final class ModuleRules {
  private static final int OF_SECTOR = 2;
  private static final int OF_PLAN = 1;

  private final Catalog catalog;

  ModuleRules(Catalog catalog) {
    this.catalog = catalog;
  }

  List<Choice> choose(Optional<Sector> sector, String plan, List<Finding> findings) {
    Supports supports =
        new Supports(catalog.modules().keySet())
            .add(
                findings,
                target ->
                    target instanceof OfModule(String name) ? Optional.of(name) : Optional.empty());
    List<String> given =
        sector
            .map(Sector::modules)
            .orElseGet(() -> catalog.plan(plan).orElseThrow().defaultModules());
    Reason reason =
        sector
            .map(each -> Reason.ofRule("a module of the sector " + each.name(), OF_SECTOR))
            .orElseGet(() -> Reason.ofRule("a default module of the plan " + plan, OF_PLAN));
    given.forEach(name -> supports.of(name).add(reason));
    List<Choice> chosen =
        supports.all().entrySet().stream()
            .filter(entry -> isWanted(entry.getValue(), given.contains(entry.getKey())))
            .sorted(Comparator.comparingDouble(ModuleRules::confidence).reversed())
            .map(entry -> entry.getValue().choice(entry.getKey()))
            .toList();
    return chosen.isEmpty() ? List.of(atLeast(supports, given.getFirst())) : chosen;
  }

  private static boolean isWanted(Support support, boolean given) {
    return !support.isDenied() && (given || support.isClear());
  }

  private static double confidence(Map.Entry<String, Support> entry) {
    return entry.getValue().confidence();
  }

  private static Choice atLeast(Supports supports, String module) {
    Support support = supports.of(module);
    support.add(
        new Reason(
            support.denial(), "denied, as all are; but a tenant without modules is given all", 0));
    return support.choice(module);
  }
}
