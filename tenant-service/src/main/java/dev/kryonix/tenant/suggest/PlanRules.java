package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.tenant.suggest.Reading.Counted;
import dev.kryonix.tenant.suggest.Target.OfPlan;
import dev.kryonix.tenant.suggest.Target.OfSize;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses the plan: the one that is asked for by name; else the smallest that is large enough for
 * every number; else the one whose size the words speak for most, of two alike the larger; else the
 * smallest. A plan that is refused by name gives way to the next smaller one, or else larger.
 */
final class PlanRules {
  private static final int NUMBER = 3;
  private static final int REFUSAL = 1;

  /** The plans, smallest first. */
  private final List<String> plans;

  PlanRules(Catalog catalog) {
    this.plans = List.copyOf(catalog.plans().keySet());
  }

  Choice choose(Reading reading) {
    Supports asked =
        new Supports(plans)
            .add(
                reading.findings(),
                target ->
                    target instanceof OfPlan(String plan) ? Optional.of(plan) : Optional.empty());
    Supports words =
        new Supports(plans)
            .add(
                reading.findings(),
                target ->
                    target instanceof OfSize(String plan) ? Optional.of(plan) : Optional.empty());
    Supports numbers = new Supports(plans);
    for (Counted counted : largest(reading.sizes())) {
      numbers.of(plan(counted.size())).add(reason(counted));
    }
    String wanted =
        most(asked).or(() -> largest(numbers)).or(() -> most(words)).orElse(plans.getFirst());
    String plan = allowed(wanted, asked);
    Support support = new Support();
    if (!plan.equals(wanted)) {
      support.add(
          new Reason(
              asked.of(wanted).denial(),
              "refuses the plan %s, which would suit".formatted(wanted),
              REFUSAL));
    }
    for (Supports part : List.of(asked, numbers, words)) {
      part.opposeRivalsOf(plan);
      support.add(part.of(plan));
    }
    if (support.forIt() == 0) {
      support.add(Reason.ofRule("nothing tells the size: the smallest plan", 0));
    }
    return support.choice(plan);
  }

  /** The plan with most support, of two alike the larger. */
  private Optional<String> most(Supports supports) {
    Optional<String> best = Optional.empty();
    int most = 1;
    for (String plan : plans) {
      int balance = supports.of(plan).balance();
      if (balance >= most) {
        best = Optional.of(plan);
        most = balance;
      }
    }
    return best;
  }

  private Optional<String> largest(Supports numbers) {
    return plans.reversed().stream().filter(plan -> numbers.of(plan).forIt() > 0).findFirst();
  }

  private String allowed(String wanted, Supports asked) {
    int at = plans.indexOf(wanted);
    List<String> nearest = new ArrayList<>(plans.subList(0, at + 1).reversed());
    nearest.addAll(plans.subList(at + 1, plans.size()));
    return nearest.stream().filter(plan -> !asked.of(plan).isDenied()).findFirst().orElse(wanted);
  }

  /** Of each measure only the largest number: the others are parts of it, or smaller needs. */
  private static Collection<Counted> largest(List<Counted> sizes) {
    Map<Measure, Counted> largest = new LinkedHashMap<>();
    for (Counted counted : sizes) {
      largest.merge(
          counted.size().measure(),
          counted,
          (one, other) -> other.size().amount() > one.size().amount() ? other : one);
    }
    return largest.values();
  }

  private String plan(Size size) {
    return plans.stream()
        .filter(
            plan -> size.amount() <= size.measure().upto().getOrDefault(plan, Integer.MAX_VALUE))
        .findFirst()
        .orElse(plans.getLast());
  }

  private Reason reason(Counted counted) {
    Measure measure = counted.size().measure();
    String plan = plan(counted.size());
    int at = plans.indexOf(plan);
    List<String> bounds = new ArrayList<>();
    if (at > 0) {
      bounds.add(
          "over the %d of the plan %s"
              .formatted(measure.most(plans.get(at - 1)), plans.get(at - 1)));
    }
    if (at < plans.size() - 1) {
      bounds.add("within the %d of the plan %s".formatted(measure.most(plan), plan));
    }
    return new Reason(
        counted.quote(),
        "%s%s: %s"
            .formatted(measure.name(), measure.perDay() ? " a day" : "", String.join(", ", bounds)),
        NUMBER);
  }
}
