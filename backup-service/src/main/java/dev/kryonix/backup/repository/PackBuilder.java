package dev.kryonix.backup.repository;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A pack that is being filled, in memory: the chunks as they will be stored, and their entries. */
final class PackBuilder {
  /** A pack this full is closed. Two leftovers below it fit into one pack of twice the size. */
  static final int TARGET_BYTES = 16 << 20;

  private final List<byte[]> chunks = new ArrayList<>();
  private final List<PackEntry> entries = new ArrayList<>();
  private int size;

  void add(ChunkId id, byte[] stored, int length, boolean compressed) {
    entries.add(new PackEntry(id, size, stored.length, length, compressed));
    chunks.add(stored);
    size += stored.length;
  }

  /** Takes over what another builder holds. */
  void addAll(PackBuilder other) {
    for (int i = 0; i < other.entries.size(); i++) {
      PackEntry entry = other.entries.get(i);
      add(entry.id(), other.chunks.get(i), entry.length(), entry.compressed());
    }
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  boolean isFull() {
    return size >= TARGET_BYTES;
  }

  List<PackEntry> entries() {
    return List.copyOf(entries);
  }

  /** Writes the chunks, the head behind them, and the padding. */
  void writeTo(OutputStream out, SealedObject object, RepositoryKeys keys) throws IOException {
    SealedWriter writer = new SealedWriter(out, object, keys);
    for (byte[] chunk : chunks) {
      writer.write(chunk);
    }
    long headOffset = writer.length();
    byte[] head = head();
    writer.write(head);
    writer.pad();
    writer.finish(headOffset, head.length);
  }

  private byte[] head() {
    ByteBuffer head = ByteBuffer.allocate(Integer.BYTES + entries.size() * PackEntry.BYTES);
    head.putInt(entries.size());
    entries.forEach(entry -> entry.write(head));
    return head.array();
  }

  /** Reads the head of a finished pack. */
  static List<PackEntry> entries(SealedReader pack) throws IOException {
    ByteBuffer head = ByteBuffer.wrap(pack.head());
    int count = head.getInt();
    List<PackEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      entries.add(PackEntry.read(head));
    }
    return entries;
  }
}
