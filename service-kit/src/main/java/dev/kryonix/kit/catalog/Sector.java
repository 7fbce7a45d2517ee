package dev.kryonix.kit.catalog;

import java.util.List;
import java.util.Map;

/**
 * A line of business.
 *
 * @param name its name, such as {@code medicina}
 * @param modules the modules that suit it
 * @param words its words for general ones, such as {@code clients} → {@code pacientes}
 * @param compliance the regimes that it is under
 */
public record Sector(
    String name, List<String> modules, Map<String, String> words, List<String> compliance) {
  public Sector {
    modules = List.copyOf(modules);
    words = Ordered.copyOf(words);
    compliance = List.copyOf(compliance);
  }
}
