package dev.kryonix.tenant.suggest;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The support of each of several names, in the catalogue's order. */
final class Supports {
  private final Map<String, Support> byName = new LinkedHashMap<>();

  Supports(Collection<String> names) {
    names.forEach(name -> byName.put(name, new Support()));
  }

  /** Adds the findings that speak for one of the names. */
  Supports add(List<Finding> findings, Function<Target, Optional<String>> name) {
    for (Finding finding : findings) {
      name.apply(finding.clue().target())
          .map(byName::get)
          .ifPresent(support -> support.add(finding));
    }
    return this;
  }

  Support of(String name) {
    return Optional.ofNullable(byName.get(name)).orElseThrow();
  }

  Map<String, Support> all() {
    return byName;
  }

  /** The name with the best balance among those with enough support; of equals, the first said. */
  Optional<String> best(Predicate<Support> enough) {
    return byName.entrySet().stream()
        .filter(entry -> enough.test(entry.getValue()))
        .min(
            Comparator.comparing(
                    Map.Entry<String, Support>::getValue,
                    Comparator.comparingInt(Support::balance).reversed())
                .thenComparingInt(entry -> entry.getValue().first()))
        .map(Map.Entry::getKey);
  }

  /** What speaks for one speaks against the others. */
  void opposeRivalsOf(String name) {
    Support support = of(name);
    byName.forEach(
        (other, rival) -> {
          if (!other.equals(name)) {
            support.oppose(rival.forIt());
          }
        });
  }
}
