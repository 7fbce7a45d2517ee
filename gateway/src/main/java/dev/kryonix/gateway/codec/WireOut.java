package dev.kryonix.gateway.codec;

import java.util.Arrays;

/**
 * A message in the wire format, written front to back. The length of a nested message is known only
 * at its end, so the lengths are kept beside the bytes, and laid between them when all is written.
 */
public final class WireOut {
  /** As deep as protobuf reads by default: a service would refuse what is nested deeper. */
  private static final int DEEPEST = 100;

  private byte[] bytes;
  private int size;

  /** For each nested message where it begins, and its length (until its end: {@link #prefixes}). */
  private int[] nested = new int[16];

  private int count;

  /** How many bytes the lengths so far take. */
  private int prefixes;

  private int depth;

  public WireOut(int capacity) {
    bytes = new byte[Math.max(32, capacity)];
  }

  public void tag(int number, int wireType) {
    varint(number << 3 | wireType);
  }

  public void varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  void fixed32(int value) {
    room(4);
    for (int shift = 0; shift < 32; shift += 8) {
      bytes[size++] = (byte) (value >>> shift);
    }
  }

  void fixed64(long value) {
    fixed32((int) value);
    fixed32((int) (value >>> 32));
  }

  /** A string or bytes, with its length before it. */
  public void bytes(byte[] source, int from, int to) {
    varint(to - from);
    raw(source, from, to);
  }

  void raw(byte[] source, int from, int to) {
    room(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  void raw(byte value) {
    room(1);
    bytes[size++] = value;
  }

  /** Begins a nested message, behind its tag; what this returns ends it. */
  public int begin() {
    if (++depth > DEEPEST) {
      throw CodecErrors.tooDeep(DEEPEST);
    }
    if (2 * count == nested.length) {
      nested = Arrays.copyOf(nested, 4 * count);
    }
    nested[2 * count] = size;
    nested[2 * count + 1] = prefixes;
    return count++;
  }

  public void end(int begun) {
    int length = size - nested[2 * begun] + prefixes - nested[2 * begun + 1];
    nested[2 * begun + 1] = length;
    prefixes += varintSize(length);
    depth--;
  }

  /** Ends a nested message, or takes its field back, which begins at this size, if it is empty. */
  void endUnlessEmpty(int begun, int field) {
    if (size == nested[2 * begun]) {
      size = field;
      count = begun;
      depth--;
    } else {
      end(begun);
    }
  }

  int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** Takes back a field written from this size on, if its payload is its type's default. */
  void dropDefault(int field, int payload) {
    for (int i = payload; i < size; i++) {
      if (bytes[i] != 0) {
        return;
      }
    }
    size = field;
  }

  public byte[] toByteArray() {
    byte[] message = new byte[size + prefixes];
    int from = 0;
    int to = 0;
    for (int i = 0; i < count; i++) {
      int length = nested[2 * i] - from;
      System.arraycopy(bytes, from, message, to, length);
      from += length;
      to = varint(message, to + length, nested[2 * i + 1]);
    }
    System.arraycopy(bytes, from, message, to, size - from);
    return message;
  }

  private static int varint(byte[] into, int at, int value) {
    int rest = value;
    int to = at;
    while ((rest & ~0x7F) != 0) {
      into[to++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    into[to++] = (byte) rest;
    return to;
  }

  private static int varintSize(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }
}
