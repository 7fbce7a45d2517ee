package dev.kryonix.bench.messaging;

import dev.kryonix.bench.report.Spread;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PerfTest prints every second.
 *
 * @param confirmed messages a second; 0 when nobody publishes
 * @param received messages a second; 0 when nobody consumes
 * @param confirm latency of confirms
 * @param delivery latency from publishing to receiving
 */
record PerfTestLine(double confirmed, double received, Micros confirm, Micros delivery) {
  private static final Pattern TIME = Pattern.compile("time [0-9.]+ s");
  private static final Pattern CONFIRMED = Pattern.compile("[, ]confirmed: ([0-9]+) msg/s");
  private static final Pattern RECEIVED = Pattern.compile("[, ]received: ([0-9]+) msg/s");
  private static final String FIVE = ".*?: ([0-9]+)/([0-9]+)/([0-9]+)/([0-9]+)/([0-9]+) ..";
  private static final Pattern CONFIRM = Pattern.compile("confirm latency" + FIVE);
  private static final Pattern DELIVERY = Pattern.compile("consumer latency" + FIVE);

  /** Percentiles in microseconds. */
  record Micros(double p50, double p95, double p99) {
    static final Micros NONE = new Micros(Double.NaN, Double.NaN, Double.NaN);
  }

  static Optional<PerfTestLine> parse(String line) {
    if (!TIME.matcher(line).find()) {
      return Optional.empty();
    }
    return Optional.of(
        new PerfTestLine(
            rate(CONFIRMED, line),
            rate(RECEIVED, line),
            micros(CONFIRM, line),
            micros(DELIVERY, line)));
  }

  /** All those seconds together: the mean of the rates, the median of the percentiles. */
  static Reading reading(List<PerfTestLine> lines, Costs.Spent spent) {
    double confirmed = lines.stream().mapToDouble(PerfTestLine::confirmed).average().orElse(0);
    double received = lines.stream().mapToDouble(PerfTestLine::received).average().orElse(0);
    ToDoubleFunction<ToDoubleFunction<Micros>> latency =
        of ->
            Spread.of(
                    lines.stream()
                        .map(
                            confirmed > 0 && received == 0
                                ? PerfTestLine::confirm
                                : PerfTestLine::delivery)
                        .map(of::applyAsDouble)
                        .filter(value -> !value.isNaN())
                        .toList())
                .median();
    // What is consumed has been published: of both, the slower counts.
    double rate =
        confirmed > 0 && received > 0 ? Math.min(confirmed, received) : confirmed + received;
    return new Reading(
        rate,
        latency.applyAsDouble(Micros::p50),
        latency.applyAsDouble(Micros::p95),
        latency.applyAsDouble(Micros::p99),
        spent.per(rate * spent.seconds()));
  }

  private static double rate(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
  }

  private static Micros micros(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.find()
        ? new Micros(
            Double.parseDouble(matcher.group(2)),
            Double.parseDouble(matcher.group(4)),
            Double.parseDouble(matcher.group(5)))
        : Micros.NONE;
  }
}
