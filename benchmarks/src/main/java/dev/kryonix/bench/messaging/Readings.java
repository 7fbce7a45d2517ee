package dev.kryonix.bench.messaging;

import dev.kryonix.bench.report.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** All rounds of all subjects under all workloads. */
final class Readings {
  private final Map<String, Map<String, List<Reading>>> all = new LinkedHashMap<>();

  void add(String workload, String subject, Reading reading) {
    all.computeIfAbsent(workload, w -> new LinkedHashMap<>())
        .computeIfAbsent(subject, s -> new ArrayList<>())
        .add(reading);
  }

  /** In the order in which they were first measured. */
  List<String> workloads() {
    return List.copyOf(all.keySet());
  }

  /** In the order in which they were first measured. */
  List<String> subjects(String workload) {
    return List.copyOf(all.getOrDefault(workload, Map.of()).keySet());
  }

  Spread spread(String workload, String subject, ToDoubleFunction<Reading> of) {
    return Spread.of(rounds(workload, subject).stream().map(of::applyAsDouble).toList());
  }

  double median(String workload, String subject, ToDoubleFunction<Reading> of) {
    return spread(workload, subject, of).median();
  }

  /** The rate beside another's, in percent, round by round: both ran in the same minute. */
  Spread share(String workload, String subject, String baseline) {
    List<Reading> rounds = rounds(workload, subject);
    List<Reading> bases = rounds(workload, baseline);
    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      shares.add(100 * rounds.get(i).perSecond() / bases.get(i).perSecond());
    }
    return Spread.of(shares);
  }

  Map<String, Spread> bars(String workload, ToDoubleFunction<Reading> of) {
    Map<String, Spread> bars = new LinkedHashMap<>();
    subjects(workload).forEach(subject -> bars.put(subject, spread(workload, subject, of)));
    return bars;
  }

  private List<Reading> rounds(String workload, String subject) {
    return all.getOrDefault(workload, Map.of()).getOrDefault(subject, List.of());
  }
}
