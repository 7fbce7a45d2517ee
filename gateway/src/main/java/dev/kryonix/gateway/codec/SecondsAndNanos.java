package dev.kryonix.gateway.codec;

/** What Timestamp and Duration have in common: seconds as field 1 and nanoseconds as field 2. */
record SecondsAndNanos(long seconds, int nanos) {
  private static final int SECONDS = 1;
  private static final int NANOS = 2;
  private static final int NANO_DIGITS = 9;

  static SecondsAndNanos from(WireIn in) {
    long seconds = 0;
    int nanos = 0;
    while (in.hasNext()) {
      int tag = in.tag();
      if (WireIn.wireType(tag) == WireIn.VARINT && WireIn.number(tag) == SECONDS) {
        seconds = in.varint();
      } else if (WireIn.wireType(tag) == WireIn.VARINT && WireIn.number(tag) == NANOS) {
        nanos = (int) in.varint();
      } else {
        in.skip(tag);
      }
    }
    return new SecondsAndNanos(seconds, nanos);
  }

  void write(WireOut out) {
    if (seconds != 0) {
      out.tag(SECONDS, WireIn.VARINT);
      out.varint(seconds);
    }
    if (nanos != 0) {
      out.tag(NANOS, WireIn.VARINT);
      out.varint(nanos);
    }
  }

  /** Prints a fraction of three, six or nine digits, or none. */
  static void printFraction(int nanos, JsonOut out) {
    if (nanos == 0) {
      return;
    }
    out.raw((byte) '.');
    if (nanos % 1_000_000 == 0) {
      out.padded(nanos / 1_000_000, 3);
    } else if (nanos % 1_000 == 0) {
      out.padded(nanos / 1_000, 6);
    } else {
      out.padded(nanos, NANO_DIGITS);
    }
  }

  /** The end of the digits that begin here. */
  static int digitsEnd(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    return at;
  }

  /** The number that these digits, few enough for a long, stand for. */
  static long number(byte[] text, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return value;
  }

  /** The nanoseconds of one to nine digits behind the point; negative when they are not that. */
  static int nanos(byte[] text, int from, int to) {
    if (from == to || to - from > NANO_DIGITS) {
      return -1;
    }
    long value = number(text, from, to);
    for (int i = to - from; i < NANO_DIGITS; i++) {
      value *= 10;
    }
    return (int) value;
  }
}
