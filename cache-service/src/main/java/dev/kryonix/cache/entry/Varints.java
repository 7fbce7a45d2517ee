package dev.kryonix.cache.entry;

import java.nio.ByteBuffer;

/**
 * Numbers that are mostly small, seven bits in each byte and the lowest first, as protobuf has
 * them.
 */
final class Varints {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;
  private static final int LONGEST = 5;

  private Varints() {}

  /** How many bytes a number from 0 takes. */
  static int length(int number) {
    int length = 1;
    for (int rest = number >>> BITS; rest != 0; rest >>>= BITS) {
      length++;
    }
    return length;
  }

  static void put(ByteBuffer out, int number) {
    if (number < 0) {
      throw new IllegalArgumentException("below zero: " + number);
    }
    int rest = number;
    while (rest >= MORE) {
      out.put((byte) ((rest & (MORE - 1)) | MORE));
      rest >>>= BITS;
    }
    out.put((byte) rest);
  }

  /** Reads one; refuses what no number has been written as. */
  static int get(ByteBuffer in) {
    int number = 0;
    for (int i = 0; i < LONGEST; i++) {
      byte next = in.get();
      number |= (next & (MORE - 1)) << (BITS * i);
      if (next >= 0 && number >= 0) {
        return number;
      }
    }
    throw new IllegalArgumentException("not a number");
  }
}
