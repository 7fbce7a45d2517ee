package dev.kryonix.gateway.access;

import io.grpc.Metadata;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The header traceparent (W3C Trace Context, level 1). A call that comes without one, or with a
 * malformed one, begins a trace here, not sampled, so that the logs of all services name it alike.
 */
final class TraceParent {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private static final HexFormat HEX = HexFormat.of();
  private static final int LENGTH = 55;
  private static final int TRACE = 3;
  private static final int PARENT = 36;
  private static final int FLAGS = 53;

  private TraceParent() {}

  /** Gives the trace's id, and the headers a trace if they have none. */
  static String ensure(Metadata headers) {
    String given = headers.get(HEADER);
    if (given != null && isWellFormed(given)) {
      return given.substring(TRACE, PARENT - 1);
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    // Neither id may be all zeroes.
    String trace = HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong() | 1);
    if (given != null) {
      headers.discardAll(HEADER);
    }
    headers.put(HEADER, "00-" + trace + "-" + HEX.toHexDigits(random.nextLong() | 1) + "-00");
    return trace;
  }

  /** Of version 00, or of a later one that begins like it. */
  static boolean isWellFormed(String text) {
    return text.length() >= LENGTH
        && (text.length() == LENGTH || (!text.startsWith("00") && text.charAt(LENGTH) == '-'))
        && !text.startsWith("ff")
        && text.charAt(TRACE - 1) == '-'
        && text.charAt(PARENT - 1) == '-'
        && text.charAt(FLAGS - 1) == '-'
        && isHex(text, 0, TRACE - 1)
        && isHex(text, TRACE, PARENT - 1)
        && isHex(text, PARENT, FLAGS - 1)
        && isHex(text, FLAGS, LENGTH)
        && !isZero(text, TRACE, PARENT - 1)
        && !isZero(text, PARENT, FLAGS - 1);
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char digit = text.charAt(i);
      if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }
}
