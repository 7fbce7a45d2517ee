package dev.kryonix.kit.catalog;

import java.util.Map;
import java.util.Optional;

/**
 * What the platform sells and to whom: the numbers that several services share.
 *
 * @param modules the product modules by name, in the catalogue's order
 * @param mobile the mobile message types, as a module that every tenant has
 * @param plans the plans by name
 * @param sectors the business sectors by name
 * @param cache the cache's data types and thresholds
 */
public record Catalog(
    Map<String, Module> modules,
    Module mobile,
    Map<String, Plan> plans,
    Map<String, Sector> sectors,
    CacheTypes cache) {

  /** The name of the module that every tenant has. */
  public static final String MOBILE = "mobile";

  public Catalog {
    modules = Ordered.copyOf(modules);
    plans = Ordered.copyOf(plans);
    sectors = Ordered.copyOf(sectors);
  }

  /** The catalogue that is built into the platform. */
  public static Catalog builtIn() {
    return CatalogReader.readBuiltIn();
  }

  /** The module of that name, {@code mobile} included. */
  public Optional<Module> module(String name) {
    return name.equals(MOBILE) ? Optional.of(mobile) : Optional.ofNullable(modules.get(name));
  }

  /** The plan of that name. */
  public Optional<Plan> plan(String name) {
    return Optional.ofNullable(plans.get(name));
  }

  /** The sector of that name. */
  public Optional<Sector> sector(String name) {
    return Optional.ofNullable(sectors.get(name));
  }
}
