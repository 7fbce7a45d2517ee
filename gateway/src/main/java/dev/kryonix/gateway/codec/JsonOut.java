package dev.kryonix.gateway.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A JSON text that is being written, without insignificant white space. */
final class JsonOut {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** Below this, Double.toString and Float.toString write an integer's digits and {@code .0}. */
  private static final double PLAIN_BELOW = 1e7;

  /** Below this, each integer is a double of its own, and exact for JavaScript as well (2^53). */
  private static final double EXACT_BELOW = 0x1p53;

  private byte[] bytes;
  private int size;

  JsonOut(int capacity) {
    bytes = new byte[Math.max(64, capacity)];
  }

  void raw(byte value) {
    room(1);
    bytes[size++] = value;
  }

  void raw(byte[] source) {
    copy(source, 0, source.length);
  }

  void ascii(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[size++] = (byte) text.charAt(i);
    }
  }

  /** Separates a member or element from the one before it, if there is one. */
  void comma() {
    byte last = bytes[size - 1];
    if (last != '{' && last != '[') {
      raw((byte) ',');
    }
  }

  /** The name of a member, given with its quotes and colon. */
  void member(byte[] name) {
    comma();
    raw(name);
  }

  void number(int value) {
    number((long) value);
  }

  void number(long value) {
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        ascii("-9223372036854775808");
        return;
      }
      raw((byte) '-');
      digits(-value);
    } else {
      digits(value);
    }
  }

  void unsigned(long value) {
    if (value < 0) {
      ascii(Long.toUnsignedString(value));
    } else {
      digits(value);
    }
  }

  /** As people write it: 4711 has no point, as a number of JSON need not be a double. */
  void shortest(double value) {
    if (isInteger(value, EXACT_BELOW)) {
      number((long) value);
    } else {
      number(value);
    }
  }

  void number(double value) {
    if (isInteger(value, PLAIN_BELOW)) {
      number((long) value);
      ascii(".0");
    } else if (Double.isFinite(value)) {
      ascii(Double.toString(value));
    } else {
      notFinite(value);
    }
  }

  void number(float value) {
    if (isInteger(value, PLAIN_BELOW)) {
      number((long) value);
      ascii(".0");
    } else if (Float.isFinite(value)) {
      ascii(Float.toString(value));
    } else {
      notFinite(value);
    }
  }

  /** Exactly so many digits, with zeros before the number. */
  void padded(long value, int width) {
    room(width);
    long rest = value;
    for (int i = size + width - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += width;
  }

  /** A string in quotes; refuses what is not UTF-8. */
  void string(byte[] text, int from, int to) {
    room(to - from + 2);
    raw((byte) '"');
    int at = from;
    while (at < to) {
      int end = Text.plainRun(text, at, to);
      while (end < to && text[end] < 0) {
        int length = Text.sequence(text, end, to);
        if (length == 0) {
          throw new MalformedMessageException("a string that is not UTF-8");
        }
        end = Text.plainRun(text, end + length, to);
      }
      copy(text, at, end);
      if (end < to) {
        escape(text[end++]);
      }
      at = end;
    }
    raw((byte) '"');
  }

  void string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    string(utf8, 0, utf8.length);
  }

  byte[] toByteArray() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private void escape(byte b) {
    room(6);
    bytes[size++] = '\\';
    switch (b) {
      case '"', '\\' -> bytes[size++] = b;
      case '\n' -> bytes[size++] = 'n';
      case '\r' -> bytes[size++] = 'r';
      case '\t' -> bytes[size++] = 't';
      case '\b' -> bytes[size++] = 'b';
      case '\f' -> bytes[size++] = 'f';
      default -> {
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[b >> 4];
        bytes[size++] = HEX[b & 15];
      }
    }
  }

  private void digits(long value) {
    int width = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      width++;
    }
    padded(value, width);
  }

  private void notFinite(double value) {
    raw((byte) '"');
    ascii(Double.toString(value));
    raw((byte) '"');
  }

  private static boolean isInteger(double value, double below) {
    long integer = (long) value;
    return integer == value && Math.abs(value) < below && (integer != 0 || isZero(value));
  }

  /** Not so for -0.0, whose sign is part of the value. */
  private static boolean isZero(double value) {
    return Double.doubleToRawLongBits(value) == 0;
  }

  private void copy(byte[] source, int from, int to) {
    room(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }
}
