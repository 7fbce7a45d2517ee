package dev.kryonix.bench.cache;

import dev.kryonix.bench.cache.Costs.Parts;
import dev.kryonix.bench.load.Sample;
import dev.kryonix.bench.report.Numbers;
import dev.kryonix.bench.report.Table;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Contests as rows: rates beside lettuce's, latencies, and whose processor time a call takes. */
final class CallTable {
  private final Scores scores;
  private final Table table;

  CallTable(Scores scores, String unit) {
    this.scores = scores;
    this.table =
        new Table(
            "call",
            "through",
            unit + " per second",
            "of lettuce",
            "p50",
            "p99",
            "CPU, µs: Redis",
            "cache-service",
            "gateway",
            "load");
  }

  void add(String contest, List<String> subjects) {
    subjects.forEach(subject -> add(contest, subject));
  }

  private void add(String contest, String subject) {
    table.row(
        contest,
        subject,
        scores.figures().spread(contest, subject, Sample::perSecond).format(),
        subject.equals(Contests.LETTUCE)
            ? "–"
            : Numbers.format(scores.percent(contest, subject, Contests.LETTUCE)) + "%",
        Numbers.format(scores.median(contest, subject, Sample::p50)),
        Numbers.format(scores.median(contest, subject, Sample::p99)),
        cpu(contest, subject, Parts::redis),
        subject.equals(Contests.LETTUCE) ? "–" : cpu(contest, subject, Parts::service),
        subject.equals(Contests.GATEWAY) ? cpu(contest, subject, Parts::gateway) : "–",
        cpu(contest, subject, Parts::load));
  }

  private String cpu(String contest, String subject, ToDoubleFunction<Parts> of) {
    return Numbers.format(scores.cpu(contest, subject, of));
  }

  String markdown() {
    return table.markdown();
  }
}
