package dev.kryonix.backup.repository;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** The random id of an object; the salt of its key. */
record ObjectId(long high, long low) {
  static final int BYTES = 16;

  static ObjectId random(SecureRandom random) {
    return new ObjectId(random.nextLong(), random.nextLong());
  }

  static ObjectId read(ByteBuffer from) {
    return new ObjectId(from.getLong(), from.getLong());
  }

  static ObjectId parse(String hex) {
    return new ObjectId(
        Long.parseUnsignedLong(hex, 0, BYTES, 16),
        Long.parseUnsignedLong(hex, BYTES, 2 * BYTES, 16));
  }

  void write(ByteBuffer to) {
    to.putLong(high).putLong(low);
  }

  byte[] toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    write(bytes);
    return bytes.array();
  }

  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}
