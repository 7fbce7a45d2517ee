package dev.kryonix.cache.entry;

import jakarta.inject.Singleton;

/**
 * What an entry is charged: what Redis allocates for its key, its place in the index and its
 * envelope, and a constant for the nodes of the tables that hold them. The sizes are those of
 * Redis's strings (sds.h) in jemalloc's classes, of which there are four to each doubling; the
 * constant is measured at start ({@link Calibration}).
 */
@Singleton
public final class Charges {
  /** The most that an entry can be charged: what the score of the index has room for. */
  public static final int MOST_BYTES = (1 << 21) - 1;

  /** Holds until it has been measured; of Redis 7.0 on 64 bits. */
  static final int USUAL_OVERHEAD = 150;

  private static final int OBJECT = 16;
  private static final int NUMBER = 10;
  private static final int MOST_EMBEDDED = 44;
  private static final int QUANTUM = 16;
  private static final int LARGEST_QUANTUM_CLASS = 128;

  private volatile int overhead = USUAL_OVERHEAD;

  /** The charge of an entry, in bytes. */
  public int of(Bucket bucket, byte[] member, int envelopeBytes) {
    return Math.min(
        MOST_BYTES,
        overhead
            + allocated(string(bucket.entryPrefixBytes() + member.length))
            + line(member.length)
            + value(envelopeBytes));
  }

  /** The charge of a structure, by the bytes that it holds. */
  public int ofStructure(Bucket bucket, byte[] member, int heldBytes) {
    return of(bucket, member, heldBytes);
  }

  int overhead() {
    return overhead;
  }

  void overhead(int measured) {
    overhead = measured;
  }

  /** A member and its number in a list without pointers (listpack.c), each with its length. */
  private static int line(int memberBytes) {
    return memberBytes + (memberBytes < 1 << 6 ? 2 : memberBytes < 1 << 7 ? 3 : 4) + NUMBER;
  }

  private static int value(int bytes) {
    return bytes <= MOST_EMBEDDED
        ? allocated(OBJECT + string(bytes))
        : OBJECT + allocated(string(bytes));
  }

  /** A string with its header and the zero at its end. */
  private static int string(int bytes) {
    int header = bytes < 1 << 5 ? 1 : bytes < 1 << 8 ? 3 : bytes < 1 << 16 ? 5 : 9;
    return header + bytes + 1;
  }

  /** The class of jemalloc that takes so many bytes. */
  static int allocated(int bytes) {
    if (bytes <= LARGEST_QUANTUM_CLASS) {
      return Math.ceilDiv(bytes, QUANTUM) * QUANTUM;
    }
    int spacing = Integer.highestOneBit(bytes - 1) >> 2;
    return Math.ceilDiv(bytes, spacing) * spacing;
  }
}
