package dev.kryonix.gateway.codec;

import java.util.Arrays;
import java.util.List;

/** A message in the wire format, read front to back. */
public final class WireIn {
  public static final int VARINT = 0;
  static final int FIXED64 = 1;
  public static final int LENGTH = 2;
  static final int GROUP = 3;
  static final int GROUP_END = 4;
  static final int FIXED32 = 5;

  /** No field has the number zero. */
  static final int NO_TAG = 0;

  /** As deep as protobuf reads by default. */
  private static final int DEEPEST = 100;

  final byte[] bytes;
  private final int depthBelow;
  private int at;
  private int end;
  private int depth;

  public WireIn(byte[] bytes) {
    this(bytes, 0, bytes.length, 0);
  }

  private WireIn(byte[] bytes, int from, int to, int depthBelow) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.depthBelow = depthBelow;
  }

  /** A message in a message, or one that was rewritten. */
  WireIn nested(byte[] source, int from, int to) {
    int below = depthBelow + depth + 1;
    if (below > DEEPEST) {
      throw new MalformedMessageException("nested deeper than " + DEEPEST + " messages");
    }
    return new WireIn(source, from, to, below);
  }

  /** A part of this message, at the same depth. */
  WireIn part(int from, int to) {
    return new WireIn(bytes, from, to, depthBelow + depth);
  }

  /** The same message in other bytes. */
  WireIn rewritten(byte[] message) {
    return new WireIn(message, 0, message.length, depthBelow + depth);
  }

  public boolean hasNext() {
    return at < end;
  }

  int position() {
    return at;
  }

  int end() {
    return end;
  }

  void moveTo(int position) {
    at = position;
  }

  /** Reads a tag: the field's number and the type of what follows. */
  public int tag() {
    long tag = varint();
    int number = (int) tag >>> 3;
    if (tag >>> 32 != 0 || number == 0) {
      throw new MalformedMessageException("a field number out of range");
    }
    return (int) tag;
  }

  public static int number(int tag) {
    return tag >>> 3;
  }

  public static int wireType(int tag) {
    return tag & 7;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= end) {
        throw tooShort();
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedMessageException("a varint of more than ten bytes");
  }

  int fixed32() {
    require(4);
    int value = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      value |= (bytes[at++] & 0xFF) << shift;
    }
    return value;
  }

  long fixed64() {
    return (fixed32() & 0xFFFF_FFFFL) | (long) fixed32() << 32;
  }

  /** Reads the length of what follows, and makes sure that it is there. */
  public int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw tooShort();
    }
    return (int) length;
  }

  /** Goes into the nested message that follows; what this returns leads out again. */
  int enter() {
    int length = length();
    if (depthBelow + ++depth > DEEPEST) {
      throw new MalformedMessageException("nested deeper than " + DEEPEST + " messages");
    }
    int outer = end;
    end = at + length;
    return outer;
  }

  void leave(int outer) {
    at = end;
    end = outer;
    depth--;
  }

  /** Steps over the value behind a tag. */
  public void skip(int tag) {
    switch (wireType(tag)) {
      case VARINT -> varint();
      case FIXED64 -> advance(8);
      case LENGTH -> advance(length());
      case FIXED32 -> advance(4);
      case GROUP -> skipGroup(number(tag));
      default -> throw new MalformedMessageException("a wire type that there is not");
    }
  }

  /**
   * Collects the values of a field of this message.
   *
   * @param whole whether with the length that stands before a string or message
   */
  public void collect(int number, boolean whole, List<byte[]> into) {
    while (hasNext()) {
      int tag = tag();
      int from = at;
      skip(tag);
      if (number(tag) == number) {
        WireIn value = part(from, at);
        if (!whole && wireType(tag) == LENGTH) {
          value.length();
        }
        into.add(Arrays.copyOfRange(bytes, value.at, at));
      }
    }
  }

  private void skipGroup(int number) {
    if (depthBelow + ++depth > DEEPEST) {
      throw new MalformedMessageException("nested deeper than " + DEEPEST + " messages");
    }
    int tag = tag();
    while (wireType(tag) != GROUP_END) {
      skip(tag);
      tag = tag();
    }
    if (number(tag) != number) {
      throw new MalformedMessageException("a group that ends as another");
    }
    depth--;
  }

  private void advance(int length) {
    require(length);
    at += length;
  }

  private void require(int length) {
    if (end - at < length) {
      throw tooShort();
    }
  }

  private static MalformedMessageException tooShort() {
    return new MalformedMessageException("it ends too early");
  }
}
