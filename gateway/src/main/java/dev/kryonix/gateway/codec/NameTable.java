package dev.kryonix.gateway.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values by name, where the name looked for is a piece of a larger text. The names come from the
 * contracts, so that no caller can make them collide.
 */
final class NameTable<T> {
  private final byte[] @Nullable [] names;
  private final Object[] values;
  private final int mask;

  NameTable(Map<String, T> byName) {
    int size = Integer.highestOneBit(Math.max(1, byName.size())) * 4;
    names = new byte[size][];
    values = new Object[size];
    mask = size - 1;
    byName.forEach(
        (name, value) -> {
          byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
          int slot = hash(utf8, 0, utf8.length) & mask;
          while (names[slot] != null) {
            slot = slot + 1 & mask;
          }
          names[slot] = utf8;
          values[slot] = value;
        });
  }

  @SuppressWarnings("unchecked") // Only values of T were put in.
  @Nullable T find(byte[] text, int from, int to) {
    int slot = hash(text, from, to) & mask;
    for (byte[] name = names[slot]; name != null; name = names[slot]) {
      if (Arrays.equals(name, 0, name.length, text, from, to)) {
        return (T) values[slot];
      }
      slot = slot + 1 & mask;
    }
    return null;
  }

  private static int hash(byte[] text, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + text[i];
    }
    return hash ^ hash >>> 15;
  }
}
