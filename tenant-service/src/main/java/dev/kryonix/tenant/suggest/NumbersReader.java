package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.yaml.YamlNode;
import dev.kryonix.tenant.suggest.Measure.Unit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads what the lexicon says about numbers and what they count. */
final class NumbersReader {
  private final Terms terms;

  /** The plans, smallest first. */
  private final List<String> plans;

  NumbersReader(Terms terms, List<String> plans) {
    this.terms = terms;
    this.plans = plans;
  }

  Map<String, Measure> measures(YamlNode node) {
    Map<String, Measure> measures = new LinkedHashMap<>();
    Map<String, YamlNode> entries = node.entries();
    entries.forEach(
        (name, measure) -> measures.put(name, measure(name, measure, entries.keySet())));
    return measures;
  }

  Phrases<Unit> units(YamlNode node) {
    Phrases<Unit> units = new Phrases<>();
    node.entries()
        .forEach(
            (name, measure) -> {
              terms
                  .guessed(measure.get("units"))
                  .forEach(phrase -> units.add(phrase, new Unit(name, false)));
              YamlNode of = measure.get("of");
              if (of.isPresent()) {
                terms.known(of).forEach(phrase -> units.add(phrase, new Unit(name, true)));
              }
            });
    return units;
  }

  private Measure measure(String name, YamlNode node, Set<String> names) {
    YamlNode withPeriod = node.get("with_period");
    if (withPeriod.isPresent() && !names.contains(withPeriod.text())) {
      throw withPeriod.wrong("a measure");
    }
    return new Measure(
        name,
        upto(node.get("upto")),
        node.get("per_day").flag(),
        withPeriod.isPresent() ? Optional.of(withPeriod.text()) : Optional.empty());
  }

  /** A bound for each plan but the last, rising as the plans do. */
  private Map<String, Integer> upto(YamlNode node) {
    Map<String, Integer> upto = new LinkedHashMap<>();
    CatalogNames.all(node, plans.subList(0, plans.size() - 1));
    int before = 0;
    for (String plan : plans.subList(0, plans.size() - 1)) {
      int bound = node.get(plan).integer();
      if (bound <= before) {
        throw new IllegalArgumentException(node.path() + " should rise with the plans");
      }
      upto.put(plan, bound);
      before = bound;
    }
    return upto;
  }

  Numerals numerals(YamlNode root) {
    YamlNode numbers = root.get("numbers");
    Phrases<Double> periods = new Phrases<>();
    for (YamlNode period : root.get("periods").entries().values()) {
      double days = period.get("days").number();
      terms.known(period.get("terms")).forEach(phrase -> periods.add(phrase, days));
    }
    return new Numerals(
        amounts(numbers.get("units")),
        amounts(numbers.get("multipliers")),
        all(numbers.get("more_than")),
        all(numbers.get("stops")),
        all(numbers.get("money")),
        periods);
  }

  private static Map<String, Integer> amounts(YamlNode node) {
    return node.mapOf(YamlNode::integer);
  }

  private Phrases<Boolean> all(YamlNode node) {
    Phrases<Boolean> phrases = new Phrases<>();
    terms.known(node).forEach(phrase -> phrases.add(phrase, true));
    return phrases;
  }
}
