package dev.kryonix.gateway.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes as text: base64 with padding is written; base64url and missing padding are read too, but
 * not a text in both alphabets.
 */
final class Base64Text {
  private static final byte[] DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VALUES = new byte[128];

  /** The digits that only one of the alphabets has, as flags of the alphabet. */
  private static final byte[] ALPHABETS = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < DIGITS.length; i++) {
      VALUES[DIGITS[i]] = (byte) i;
    }
    VALUES['-'] = VALUES['+'];
    VALUES['_'] = VALUES['/'];
    ALPHABETS['+'] = ALPHABETS['/'] = 1;
    ALPHABETS['-'] = ALPHABETS['_'] = 2;
  }

  private Base64Text() {}

  /** Writes the decoded bytes with their length before them. */
  static void decode(byte[] text, int from, int to, WireOut out) {
    int end = to;
    while (end > from && text[end - 1] == '=') {
      end--;
    }
    int digits = end - from;
    if (digits % 4 == 1) {
      throw notBase64();
    }
    out.varint(digits * 3L / 4);
    int bits = 0;
    int buffered = 0;
    int alphabets = 0;
    for (int i = from; i < end; i++) {
      int value = text[i] < 0 ? -1 : VALUES[text[i]];
      if (value < 0) {
        throw notBase64();
      }
      alphabets |= ALPHABETS[text[i]];
      bits = bits << 6 | value;
      buffered += 6;
      if (buffered >= 8) {
        buffered -= 8;
        out.raw((byte) (bits >> buffered));
      }
    }
    if (alphabets == 3) {
      throw notBase64();
    }
  }

  static void encode(byte[] data, int from, int to, JsonOut out) {
    int at = from;
    for (; at + 3 <= to; at += 3) {
      int bits = (data[at] & 0xFF) << 16 | (data[at + 1] & 0xFF) << 8 | (data[at + 2] & 0xFF);
      out.raw(DIGITS[bits >> 18]);
      out.raw(DIGITS[bits >> 12 & 63]);
      out.raw(DIGITS[bits >> 6 & 63]);
      out.raw(DIGITS[bits & 63]);
    }
    if (at + 1 == to) {
      int bits = (data[at] & 0xFF) << 4;
      out.raw(DIGITS[bits >> 6]);
      out.raw(DIGITS[bits & 63]);
      out.raw((byte) '=');
      out.raw((byte) '=');
    } else if (at + 2 == to) {
      int bits = (data[at] & 0xFF) << 10 | (data[at + 1] & 0xFF) << 2;
      out.raw(DIGITS[bits >> 12]);
      out.raw(DIGITS[bits >> 6 & 63]);
      out.raw(DIGITS[bits & 63]);
      out.raw((byte) '=');
    }
  }

  private static IllegalArgumentException notBase64() {
    return new IllegalArgumentException("not base64 or base64url");
  }
}
