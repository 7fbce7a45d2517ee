package dev.kryonix.gateway.codec;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Numbers from text in the grammar of JSON. A value that does not fit throws
 * IllegalArgumentException with what was expected.
 */
final class Numbers {
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?");
  private static final int LONGEST = 400;

  /** As many digits as always fit into a long. */
  private static final int SAFE_DIGITS = 18;

  /** A double holds each integer of so many digits, and each power of ten up to 22. */
  private static final int EXACT_DIGITS = 15;

  private static final double[] EXACT_POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  private static final BigDecimal UINT64_MAX = new BigDecimal("18446744073709551615");

  private Numbers() {}

  static long signed(byte[] text, int from, int to, long min, long max, String kind) {
    if (isShortInteger(text, from, to)) {
      long value = shortInteger(text, from, to);
      if (value >= min && value <= max) {
        return value;
      }
      throw not(text, from, to, kind);
    }
    return exact(text, from, to, BigDecimal.valueOf(min), BigDecimal.valueOf(max), kind);
  }

  static long unsigned64(byte[] text, int from, int to) {
    if (isShortInteger(text, from, to) && text[from] != '-') {
      return shortInteger(text, from, to);
    }
    return exact(text, from, to, BigDecimal.ZERO, UINT64_MAX, "an unsigned 64-bit integer");
  }

  static double real(byte[] text, int from, int to, double max) {
    double value = exactDouble(text, from, to);
    if (Double.isNaN(value)) {
      value = slowDouble(text, from, to);
    }
    // A float may round up to its maximum, as the JSON mapping permits.
    if (Math.abs(value) <= max * (1 + 1e-6)) {
      return Math.clamp(value, -max, max);
    }
    throw not(text, from, to, "a number of this type");
  }

  private static double slowDouble(byte[] text, int from, int to) {
    if (to - from <= LONGEST) {
      String string = Text.string(text, from, to);
      if (NUMBER.matcher(string).matches()) {
        double value = Double.parseDouble(string);
        if (!Double.isInfinite(value)) {
          return value;
        }
      }
    }
    throw not(text, from, to, "a number of this type");
  }

  /** A double whose digits and power of ten are both exact, so that one operation rounds once. */
  private static double exactDouble(byte[] text, int from, int to) {
    int at = from < to && text[from] == '-' ? from + 1 : from;
    int first = at;
    long digits = 0;
    int point = -1;
    for (; at < to; at++) {
      byte b = text[at];
      if (b >= '0' && b <= '9') {
        digits = digits * 10 + (b - '0');
      } else if (b == '.' && point < 0 && at > first) {
        point = at;
      } else {
        return Double.NaN;
      }
      if (at - first > EXACT_DIGITS) {
        return Double.NaN;
      }
    }
    boolean leadingZero = to - first > 1 && text[first] == '0' && point != first + 1;
    if (at == first || point == to - 1 || leadingZero) {
      return Double.NaN;
    }
    double value = point < 0 ? digits : digits / EXACT_POWERS[to - point - 1];
    return first > from ? -value : value;
  }

  private static boolean isShortInteger(byte[] text, int from, int to) {
    int first = from < to && text[from] == '-' ? from + 1 : from;
    int length = to - first;
    if (length == 0 || length > SAFE_DIGITS || (length > 1 && text[first] == '0')) {
      return false;
    }
    for (int i = first; i < to; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private static long shortInteger(byte[] text, int from, int to) {
    boolean negative = text[from] == '-';
    long value = 0;
    for (int i = negative ? from + 1 : from; i < to; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return negative ? -value : value;
  }

  private static long exact(
      byte[] text, int from, int to, BigDecimal min, BigDecimal max, String kind) {
    if (to - from <= LONGEST) {
      String string = Text.string(text, from, to);
      if (NUMBER.matcher(string).matches()) {
        BigDecimal value = new BigDecimal(string);
        if (value.signum() == 0) {
          return 0;
        }
        // The exponent is looked at first: 1e999999 must not be written out.
        if ((long) value.precision() - value.scale() <= 20
            && value.stripTrailingZeros().scale() <= 0
            && value.compareTo(min) >= 0
            && value.compareTo(max) <= 0) {
          return value.toBigIntegerExact().longValue();
        }
      }
    }
    throw not(text, from, to, kind);
  }

  private static IllegalArgumentException not(byte[] text, int from, int to, String kind) {
    return new IllegalArgumentException("'" + Text.brief(text, from, to) + "' is not " + kind);
  }
}
