package dev.kryonix.gateway.codec;

import java.util.Arrays;

/** The text that a JSON string with escapes stands for; never longer than the string. */
final class Unescaped {
  private static final int FIRST_CAPACITY = 256;

  private byte[] bytes;
  private int size;

  Unescaped(int most) {
    bytes = new byte[Math.min(most, FIRST_CAPACITY)];
  }

  void copy(byte[] source, int from, int to) {
    room(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  void put(int codePoint) {
    room(4);
    if (codePoint < 0x80) {
      bytes[size++] = (byte) codePoint;
    } else if (codePoint < 0x800) {
      bytes[size++] = (byte) (0xC0 | codePoint >> 6);
      tail(codePoint);
    } else if (codePoint < 0x10000) {
      bytes[size++] = (byte) (0xE0 | codePoint >> 12);
      tail(codePoint >> 6);
      tail(codePoint);
    } else {
      bytes[size++] = (byte) (0xF0 | codePoint >> 18);
      tail(codePoint >> 12);
      tail(codePoint >> 6);
      tail(codePoint);
    }
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  private void tail(int bits) {
    bytes[size++] = (byte) (0x80 | (bits & 0x3F));
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }
}
