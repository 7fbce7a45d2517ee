package dev.kryonix.kit.catalog;

import dev.kryonix.api.tenant.v1.Limits;
import java.util.List;

/**
 * What a tenant pays for.
 *
 * @param name its name, such as {@code pro}
 * @param defaultModules the modules of a tenant that asks for none
 * @param limits the limits, in the form in which the services receive them
 * @param availability the availability promised, as a share of 1
 */
public record Plan(String name, List<String> defaultModules, Limits limits, double availability) {
  public Plan {
    defaultModules = List.copyOf(defaultModules);
  }
}
