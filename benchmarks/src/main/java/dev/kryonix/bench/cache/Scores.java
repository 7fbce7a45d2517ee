package dev.kryonix.bench.cache;

import dev.kryonix.bench.cache.Costs.Parts;
import dev.kryonix.bench.load.Figures;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Spread;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What all turns came to, by contest and subject. */
final class Scores {
  private final Figures figures = new Figures();
  private final Map<String, List<Parts>> parts = new HashMap<>();

  /** Notes a turn, and says what it came to. */
  void add(String contest, String subject, Costs.Taken taken) {
    Sample sample = taken.sample();
    Parts each = taken.parts();
    System.err.printf(
        "%s, %s: %s a second; µs p50 %s p99 %s; CPU in µs %s + %s + %s + %s%n",
        contest,
        subject,
        Numbers.format(sample.perSecond()),
        Numbers.format(sample.p50()),
        Numbers.format(sample.p99()),
        Numbers.format(each.redis()),
        Numbers.format(each.service()),
        Numbers.format(each.gateway()),
        Numbers.format(each.load()));
    figures.add(contest, subject, sample);
    parts.computeIfAbsent(contest + subject, any -> new ArrayList<>()).add(each);
  }

  Figures figures() {
    return figures;
  }

  /** A median of the rounds. */
  double median(String contest, String subject, ToDoubleFunction<Sample> of) {
    return figures.spread(contest, subject, of).median();
  }

  /** The processor time of one operation, as the median of the rounds. */
  double cpu(String contest, String subject, ToDoubleFunction<Parts> of) {
    List<Parts> all = parts.getOrDefault(contest + subject, List.of());
    return Spread.of(all.stream().map(of::applyAsDouble).toList()).median();
  }

  /** What a subject's rate is of another's, in percent: both ran in the same minute. */
  double percent(String contest, String subject, String baseline) {
    return figures.share(contest, subject, baseline, Sample::perSecond).median();
  }
}
