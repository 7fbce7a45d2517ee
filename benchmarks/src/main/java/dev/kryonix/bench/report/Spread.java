package dev.kryonix.bench.report;

import java.util.Arrays;
import java.util.Collection;

/**
 * What the rounds of one measurement gave.
 *
 * @param median of the rounds
 * @param low the lowest round
 * @param high the highest round
 */
public record Spread(double median, double low, double high) {
  public static Spread of(Collection<Double> rounds) {
    double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("no round was measured");
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], Arrays.stream(sorted).max().getAsDouble());
  }

  /** The median with the range, such as {@code 12,000 (11,500–12,400)}. */
  public String format() {
    return Numbers.format(median) + " (" + Numbers.format(low) + "–" + Numbers.format(high) + ")";
  }
}
