package dev.kryonix.gateway.route;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-decoding of RFC 3986, once: what comes out is data and is never decoded again. */
public final class Percent {
  private Percent() {}

  /** Decodes the whole text. */
  public static String decode(String text) throws MalformedPathException {
    return decode(text, false, false);
  }

  /** Decodes a query name or value, in which a plus is a blank. */
  public static String decodeQuery(String text) throws MalformedPathException {
    return decode(text, false, true);
  }

  /**
   * Decodes all but {@code %2F}, so that an escaped slash stays apart from the slashes between
   * segments.
   */
  static String decodeKeepingSlash(String text) throws MalformedPathException {
    return decode(text, true, false);
  }

  private static String decode(String text, boolean keepSlash, boolean plus)
      throws MalformedPathException {
    if (text.indexOf('%') < 0 && (!plus || text.indexOf('+') < 0)) {
      return text;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '+' && plus) {
        out.put((byte) ' ');
        continue;
      }
      if (in[i] != '%') {
        out.put(in[i]);
        continue;
      }
      int value = i + 2 < in.length ? hex(in[i + 1]) << 4 | hex(in[i + 2]) : -1;
      if (value < 0) {
        throw new MalformedPathException("'" + text + "' has a '%' without two hexadecimal digits");
      }
      if (value == '/' && keepSlash) {
        out.put(in, i, 3);
      } else {
        out.put((byte) value);
      }
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(out.flip()).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedPathException("'" + text + "' is not UTF-8 when it is decoded");
    }
  }

  private static int hex(byte digit) {
    return Character.digit((char) digit, 16);
  }
}
