package dev.kryonix.backup.repository;

import java.nio.ByteBuffer;

/** A chunk in a pack, as the pack's head and the index hold it. */
record PackEntry(ChunkId id, int offset, int storedLength, int length, boolean compressed) {
  static final int BYTES = ChunkId.BYTES + 3 * Integer.BYTES;
  private static final int COMPRESSED = 1 << 31;

  static PackEntry read(ByteBuffer from) {
    ChunkId id = ChunkId.read(from);
    int offset = from.getInt();
    int stored = from.getInt();
    return new PackEntry(
        id, offset, stored & ~COMPRESSED, from.getInt(), (stored & COMPRESSED) != 0);
  }

  void write(ByteBuffer to) {
    id.write(to);
    to.putInt(offset).putInt(compressed ? storedLength | COMPRESSED : storedLength).putInt(length);
  }

  ChunkLocation in(ObjectId pack) {
    return new ChunkLocation(pack, offset, storedLength, length, compressed);
  }
}
