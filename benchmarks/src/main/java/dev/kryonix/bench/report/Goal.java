package dev.kryonix.bench.report;

/**
 * What the product promises, what was measured, and whether it holds.
 *
 * @param name what is promised, so that it can be read alone
 * @param value what was measured
 * @param unit of value and bound
 * @param bound what the value is held against: a figure of the issue, or a peer's in the same run
 * @param met whether the value keeps to the bound
 */
public record Goal(String name, double value, String unit, double bound, boolean met) {
  public static Goal atLeast(String name, double value, String unit, double bound) {
    return new Goal(name, value, unit, bound, value >= bound);
  }

  public static Goal atMost(String name, double value, String unit, double bound) {
    return new Goal(name, value, unit, bound, value <= bound);
  }
}
