package dev.kryonix.bench.load;

import dev.kryonix.bench.report.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/** All rounds of all subjects under all workloads. */
public final class Figures {
  private final Map<String, Map<String, List<Sample>>> samples = new LinkedHashMap<>();

  public void add(String workload, String subject, Sample sample) {
    samples
        .computeIfAbsent(workload, w -> new LinkedHashMap<>())
        .computeIfAbsent(subject, s -> new ArrayList<>())
        .add(sample);
  }

  public Spread spread(String workload, String subject, ToDoubleFunction<Sample> of) {
    return Spread.of(rounds(workload, subject).stream().map(of::applyAsDouble).toList());
  }

  /** How much more than the baseline each round gave: both ran in the same minute. */
  public Spread added(
      String workload, String subject, String baseline, ToDoubleFunction<Sample> of) {
    return compared(workload, subject, baseline, of, (round, base) -> round - base);
  }

  /** The percentage of the baseline that each round gave: both ran in the same minute. */
  public Spread share(
      String workload, String subject, String baseline, ToDoubleFunction<Sample> of) {
    return compared(workload, subject, baseline, of, (round, base) -> 100 * round / base);
  }

  private Spread compared(
      String workload,
      String subject,
      String baseline,
      ToDoubleFunction<Sample> of,
      DoubleBinaryOperator comparison) {
    List<Sample> rounds = rounds(workload, subject);
    List<Sample> bases = rounds(workload, baseline);
    List<Double> compared = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      compared.add(
          comparison.applyAsDouble(
              of.applyAsDouble(rounds.get(i)), of.applyAsDouble(bases.get(i))));
    }
    return Spread.of(compared);
  }

  /** One figure of several subjects, for a panel of a plot. */
  public Map<String, Spread> bars(
      String workload, List<String> subjects, ToDoubleFunction<Sample> of) {
    Map<String, Spread> bars = new LinkedHashMap<>();
    subjects.forEach(subject -> bars.put(subject, spread(workload, subject, of)));
    return bars;
  }

  private List<Sample> rounds(String workload, String subject) {
    return samples.getOrDefault(workload, Map.of()).getOrDefault(subject, List.of());
  }
}
