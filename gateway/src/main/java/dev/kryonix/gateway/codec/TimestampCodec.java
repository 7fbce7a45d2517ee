package dev.kryonix.gateway.codec;

import java.time.DateTimeException;
import java.time.LocalDate;

/** google.protobuf.Timestamp: RFC 3339, printed in UTC and read with any offset. */
final class TimestampCodec extends TextualCodec {
  private static final String FORM = "\"2025-01-02T03:04:05.678Z\"";
  private static final long FIRST_SECOND = LocalDate.of(1, 1, 1).toEpochDay() * 86_400;
  private static final long LAST_SECOND = LocalDate.of(10_000, 1, 1).toEpochDay() * 86_400 - 1;

  /** How the part before the fraction looks; a zero stands for a digit. */
  private static final String SHAPE = "0000-00-00T00:00:00";

  TimestampCodec() {
    super("Timestamp");
  }

  @Override
  void parse(byte[] text, int from, int to, WireOut out) {
    if (!matches(text, from, to, SHAPE)) {
      throw not(text, from, to, FORM);
    }
    int at = from + SHAPE.length();
    int nanos = 0;
    if (at < to && text[at] == '.') {
      int end = SecondsAndNanos.digitsEnd(text, at + 1, to);
      nanos = SecondsAndNanos.nanos(text, at + 1, end);
      at = end;
    }
    long seconds = day(text, from, to) * 86_400 + time(text, from, to) - offset(text, from, at, to);
    if (nanos < 0 || seconds < FIRST_SECOND || seconds > LAST_SECOND) {
      throw not(text, from, to, FORM);
    }
    new SecondsAndNanos(seconds, nanos).write(out);
  }

  @Override
  void print(WireIn in, JsonOut out) {
    SecondsAndNanos time = SecondsAndNanos.from(in);
    if (time.seconds() < FIRST_SECOND
        || time.seconds() > LAST_SECOND
        || time.nanos() < 0
        || time.nanos() > 999_999_999) {
      throw new MalformedMessageException("a timestamp out of range");
    }
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(time.seconds(), 86_400));
    int second = (int) Math.floorMod(time.seconds(), 86_400L);
    out.raw((byte) '"');
    out.padded(date.getYear(), 4);
    out.raw((byte) '-');
    out.padded(date.getMonthValue(), 2);
    out.raw((byte) '-');
    out.padded(date.getDayOfMonth(), 2);
    out.raw((byte) 'T');
    out.padded(second / 3_600, 2);
    out.raw((byte) ':');
    out.padded(second / 60 % 60, 2);
    out.raw((byte) ':');
    out.padded(second % 60, 2);
    SecondsAndNanos.printFraction(time.nanos(), out);
    out.ascii("Z\"");
  }

  private long day(byte[] text, int from, int to) {
    try {
      return LocalDate.of(
              digits(text, from, 4), digits(text, from + 5, 2), digits(text, from + 8, 2))
          .toEpochDay();
    } catch (DateTimeException e) {
      throw not(text, from, to, FORM);
    }
  }

  private int time(byte[] text, int from, int to) {
    int hour = digits(text, from + 11, 2);
    int minute = digits(text, from + 14, 2);
    int second = digits(text, from + 17, 2);
    if (hour > 23 || minute > 59 || second > 59) {
      throw not(text, from, to, FORM);
    }
    return hour * 3_600 + minute * 60 + second;
  }

  /** The seconds that the local time is ahead of UTC. */
  private int offset(byte[] text, int from, int at, int to) {
    if (at + 1 == to && text[at] == 'Z') {
      return 0;
    }
    boolean behind = matches(text, at, to, "-00:00");
    if (at + 6 != to || !(behind || matches(text, at, to, "+00:00"))) {
      throw not(text, from, to, FORM);
    }
    int hours = digits(text, at + 1, 2);
    int minutes = digits(text, at + 4, 2);
    if (hours > 23 || minutes > 59) {
      throw not(text, from, to, FORM);
    }
    int seconds = hours * 3_600 + minutes * 60;
    return behind ? -seconds : seconds;
  }

  private static boolean matches(byte[] text, int from, int to, String shape) {
    if (to - from < shape.length()) {
      return false;
    }
    for (int i = 0; i < shape.length(); i++) {
      byte b = text[from + i];
      char expected = shape.charAt(i);
      if (expected == '0' ? b < '0' || b > '9' : b != expected) {
        return false;
      }
    }
    return true;
  }

  private static int digits(byte[] text, int from, int count) {
    return (int) SecondsAndNanos.number(text, from, from + count);
  }
}
