package dev.kryonix.gateway.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** UTF-8 text as it stands in JSON strings. */
final class Text {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final int LONGEST_QUOTE = 64;

  private Text() {}

  /**
   * The first byte from here that is not plain: a quote, a backslash, a control character or part
   * of a character beyond ASCII; or the end. Looks at eight bytes at a time (Hacker's Delight, 6-1:
   * finding a zero byte).
   */
  static int plainRun(byte[] text, int from, int to) {
    int at = from;
    while (at + Long.BYTES <= to) {
      long word = (long) WORD.get(text, at);
      long quotes = word ^ (ONES * '"');
      long backslashes = word ^ (ONES * '\\');
      long found =
          word
              | ((word - ONES * ' ') & ~word)
              | ((quotes - ONES) & ~quotes)
              | ((backslashes - ONES) & ~backslashes);
      if ((found & HIGH_BITS) != 0) {
        break;
      }
      at += Long.BYTES;
    }
    while (at < to && isPlain(text[at])) {
      at++;
    }
    return at;
  }

  private static boolean isPlain(byte b) {
    return b >= ' ' && b != '"' && b != '\\';
  }

  /** The length of the valid sequence of two bytes or more that begins here; 0 when it is none. */
  static int sequence(byte[] text, int at, int to) {
    int first = text[at] & 0xFF;
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || at + length > to) {
      return 0;
    }
    int second = text[at + 1] & 0xFF;
    // Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((text[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  static boolean isUtf8(byte[] text, int from, int to) {
    int at = from;
    while (at < to) {
      if (text[at] >= 0) {
        at++;
        continue;
      }
      int length = sequence(text, at, to);
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return true;
  }

  static String string(byte[] text, int from, int to) {
    return new String(text, from, to - from, StandardCharsets.UTF_8);
  }

  /** The text for a message to the caller, who may have sent any length of it. */
  static String brief(byte[] text, int from, int to) {
    return to - from <= LONGEST_QUOTE
        ? string(text, from, to)
        : string(text, from, from + LONGEST_QUOTE) + "…";
  }
}
