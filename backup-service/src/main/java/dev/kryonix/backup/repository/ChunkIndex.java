package dev.kryonix.backup.repository;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where each chunk lies: one array of 48 bytes a chunk, sorted by id, searched by halving.
 * Immutable.
 */
final class ChunkIndex {
  private static final int ENTRY_BYTES = PackEntry.BYTES + Integer.BYTES;
  static final ChunkIndex EMPTY = new ChunkIndex(List.of(), ByteBuffer.allocate(0));

  private final List<ObjectId> packs;
  private final ByteBuffer entries;

  private ChunkIndex(List<ObjectId> packs, ByteBuffer entries) {
    this.packs = packs;
    this.entries = entries;
  }

  /** The index of finished packs. */
  static ChunkIndex of(Map<ObjectId, List<PackEntry>> packs) {
    record Row(PackEntry entry, int pack) {}
    List<ObjectId> ids = List.copyOf(packs.keySet());
    List<Row> rows = new ArrayList<>();
    for (int pack = 0; pack < ids.size(); pack++) {
      for (PackEntry entry : packs.getOrDefault(ids.get(pack), List.of())) {
        rows.add(new Row(entry, pack));
      }
    }
    rows.sort((a, b) -> a.entry().id().compareTo(b.entry().id()));
    ByteBuffer entries = ByteBuffer.allocate(rows.size() * ENTRY_BYTES);
    for (Row row : rows) {
      row.entry().write(entries);
      entries.putInt(row.pack());
    }
    return new ChunkIndex(ids, entries.flip());
  }

  /** One index for all; of a chunk that lies in several packs, one place stays. */
  static ChunkIndex merge(Collection<ChunkIndex> indexes) {
    List<ChunkIndex> round = new ArrayList<>(indexes);
    while (round.size() > 1) {
      List<ChunkIndex> next = new ArrayList<>();
      for (int i = 0; i + 1 < round.size(); i += 2) {
        next.add(merge(round.get(i), round.get(i + 1)));
      }
      if (round.size() % 2 == 1) {
        next.add(round.getLast());
      }
      round = next;
    }
    return round.isEmpty() ? EMPTY : round.getFirst();
  }

  static ChunkIndex decode(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    int count = from.getInt();
    List<ObjectId> packs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      packs.add(ObjectId.read(from));
    }
    return new ChunkIndex(List.copyOf(packs), from.slice());
  }

  byte[] encode() {
    ByteBuffer to =
        ByteBuffer.allocate(Integer.BYTES + packs.size() * ObjectId.BYTES + entries.limit());
    to.putInt(packs.size());
    packs.forEach(pack -> pack.write(to));
    to.put(entries.duplicate().rewind());
    return to.array();
  }

  int size() {
    return entries.limit() / ENTRY_BYTES;
  }

  Optional<ChunkLocation> find(ChunkId id) {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = idAt(middle).compareTo(id);
      if (order == 0) {
        ByteBuffer row = entries.slice(middle * ENTRY_BYTES, ENTRY_BYTES);
        PackEntry entry = PackEntry.read(row);
        return Optional.of(entry.in(packs.get(row.getInt())));
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Optional.empty();
  }

  private ChunkId idAt(int row) {
    return ChunkId.read(entries.slice(row * ENTRY_BYTES, ChunkId.BYTES));
  }

  private static ChunkIndex merge(ChunkIndex left, ChunkIndex right) {
    List<ObjectId> packs = new ArrayList<>(left.packs);
    Map<ObjectId, Integer> numbers = new HashMap<>();
    for (ObjectId pack : packs) {
      numbers.put(pack, numbers.size());
    }
    int[] renumbered = new int[right.packs.size()];
    for (int i = 0; i < renumbered.length; i++) {
      ObjectId pack = right.packs.get(i);
      Integer known = numbers.putIfAbsent(pack, packs.size());
      renumbered[i] = known == null ? packs.size() : known;
      if (known == null) {
        packs.add(pack);
      }
    }
    ByteBuffer entries = ByteBuffer.allocate(left.entries.limit() + right.entries.limit());
    int l = 0;
    int r = 0;
    while (l < left.size() || r < right.size()) {
      int order =
          l == left.size() ? 1 : r == right.size() ? -1 : left.idAt(l).compareTo(right.idAt(r));
      if (order <= 0) {
        entries.put(left.entries.slice(l * ENTRY_BYTES, ENTRY_BYTES));
        l++;
        r += order == 0 ? 1 : 0;
      } else {
        entries.put(right.entries.slice(r * ENTRY_BYTES, PackEntry.BYTES));
        entries.putInt(renumbered[right.entries.getInt(r * ENTRY_BYTES + PackEntry.BYTES)]);
        r++;
      }
    }
    return new ChunkIndex(List.copyOf(packs), entries.flip().slice());
  }
}
