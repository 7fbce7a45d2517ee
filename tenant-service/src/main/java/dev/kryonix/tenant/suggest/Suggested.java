package dev.kryonix.tenant.suggest;

import java.util.List;
import java.util.Optional;

/**
 * What would suit a company.
 *
 * @param sector the sector, if anything speaks for one
 * @param plan the plan
 * @param modules the modules, best supported first; never empty
 * @param words the business's words for general ones
 * @param compliance the regimes, best supported first
 */
public record Suggested(
    Optional<Choice> sector,
    Choice plan,
    List<Choice> modules,
    List<Choice> words,
    List<Choice> compliance) {
  public Suggested {
    modules = List.copyOf(modules);
    words = List.copyOf(words);
    compliance = List.copyOf(compliance);
  }
}
