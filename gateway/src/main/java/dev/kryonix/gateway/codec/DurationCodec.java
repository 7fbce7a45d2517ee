package dev.kryonix.gateway.codec;

/** google.protobuf.Duration: seconds with a fraction and the letter s. */
final class DurationCodec extends TextualCodec {
  private static final String FORM = "\"1.5s\"";
  private static final long MOST_SECONDS = 315_576_000_000L;
  private static final int MOST_DIGITS = 18;

  DurationCodec() {
    super("Duration");
  }

  @Override
  void parse(byte[] text, int from, int to, WireOut out) {
    boolean negative = from < to && text[from] == '-';
    int first = negative ? from + 1 : from;
    int end = SecondsAndNanos.digitsEnd(text, first, to);
    int at = end;
    int nanos = 0;
    if (at < to && text[at] == '.') {
      at = SecondsAndNanos.digitsEnd(text, end + 1, to);
      nanos = SecondsAndNanos.nanos(text, end + 1, at);
    }
    if (end == first || end - first > MOST_DIGITS || nanos < 0 || at + 1 != to || text[at] != 's') {
      throw not(text, from, to, FORM);
    }
    long seconds = SecondsAndNanos.number(text, first, end);
    if (!isInRange(seconds, nanos)) {
      throw not(text, from, to, FORM);
    }
    new SecondsAndNanos(negative ? -seconds : seconds, negative ? -nanos : nanos).write(out);
  }

  @Override
  void print(WireIn in, JsonOut out) {
    SecondsAndNanos time = SecondsAndNanos.from(in);
    boolean negative = time.seconds() < 0 || time.nanos() < 0;
    long seconds = negative ? -time.seconds() : time.seconds();
    int nanos = negative ? -time.nanos() : time.nanos();
    if (!isInRange(seconds, nanos)) {
      throw new MalformedMessageException("a duration out of range, or with two signs");
    }
    out.raw((byte) '"');
    if (negative) {
      out.raw((byte) '-');
    }
    out.number(seconds);
    SecondsAndNanos.printFraction(nanos, out);
    out.ascii("s\"");
  }

  /** Of a duration's magnitude; where the signs differ, one of the parts is negative. */
  private static boolean isInRange(long seconds, int nanos) {
    return seconds >= 0
        && nanos >= 0
        && nanos <= 999_999_999
        && (seconds < MOST_SECONDS || (seconds == MOST_SECONDS && nanos == 0));
  }
}
