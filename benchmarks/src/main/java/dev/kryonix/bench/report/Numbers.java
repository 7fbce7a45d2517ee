package dev.kryonix.bench.report;

import java.util.Locale;

/** Figures as people read them: three digits that count, thousands set apart. */
public final class Numbers {
  private Numbers() {}

  public static String format(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    double size = Math.abs(value);
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
