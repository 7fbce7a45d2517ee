package dev.kryonix.kit.telemetry;

import io.grpc.Metadata;
import io.opentelemetry.api.trace.SpanContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The header traceparent (W3C Trace Context, level 1), as text. */
final class TraceParent {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private static final HexFormat HEX = HexFormat.of();
  private static final int LENGTH = 55;
  private static final int TRACE = 3;
  private static final int PARENT = 36;
  private static final int FLAGS = 53;
  private static final int SAMPLED = 1;

  private TraceParent() {}

  /** What stands in the headers, unless that is malformed. */
  static @Nullable String in(Metadata headers) {
    String given = headers.get(HEADER);
    return given != null && isWellFormed(given) ? given : null;
  }

  /** Writes it in the place of what the headers have. */
  static void set(Metadata headers, String parent) {
    headers.discardAll(HEADER);
    headers.put(HEADER, parent);
  }

  /** Of a trace that begins, not sampled. */
  static String random() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    // Neither id may be all zeroes.
    return "00-"
        + HEX.toHexDigits(random.nextLong())
        + HEX.toHexDigits(random.nextLong() | 1)
        + "-"
        + HEX.toHexDigits(random.nextLong() | 1)
        + "-00";
  }

  static String of(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }

  static String traceId(String parent) {
    return parent.substring(TRACE, PARENT - 1);
  }

  static boolean isSampled(String parent) {
    return (HexFormat.fromHexDigit(parent.charAt(LENGTH - 1)) & SAMPLED) != 0;
  }

  /** The same parent, to be recorded by nobody further on. */
  static String unsampled(String parent) {
    return "00" + parent.substring(TRACE - 1, FLAGS) + "00";
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
