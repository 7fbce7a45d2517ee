package dev.kryonix.backup.repository;

import java.nio.ByteBuffer;

/**
 * A chunk's id: HMAC-SHA256 under the tenant's id key of the SHA-256 of its bytes, as four
 * big-endian longs.
 */
public record ChunkId(long first, long second, long third, long fourth)
    implements Comparable<ChunkId> {
  static final int BYTES = 32;

  static ChunkId of(byte[] hash) {
    return read(ByteBuffer.wrap(hash));
  }

  static ChunkId read(ByteBuffer from) {
    return new ChunkId(from.getLong(), from.getLong(), from.getLong(), from.getLong());
  }

  void write(ByteBuffer to) {
    to.putLong(first).putLong(second).putLong(third).putLong(fourth);
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    write(bytes);
    return bytes.array();
  }

  /** The order of the bytes, unsigned. */
  @Override
  public int compareTo(ChunkId other) {
    int order = Long.compareUnsigned(first, other.first);
    if (order == 0) {
      order = Long.compareUnsigned(second, other.second);
    }
    if (order == 0) {
      order = Long.compareUnsigned(third, other.third);
    }
    return order == 0 ? Long.compareUnsigned(fourth, other.fourth) : order;
  }

  @Override
  public String toString() {
    return String.format("%016x%016x%016x%016x", first, second, third, fourth);
  }
}
