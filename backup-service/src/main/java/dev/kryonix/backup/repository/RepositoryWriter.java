package dev.kryonix.backup.repository;

import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores the streams of one backup. Chunks that the repository has are not stored again; new ones
 * go at random into one of two packs, so that neighbours in a pack need not be neighbours in the
 * data. Not thread-safe.
 */
public final class RepositoryWriter implements AutoCloseable {
  private static final int COMPRESSION_LEVEL = 3;
  private static final int INDEX_SEGMENT_ENTRIES = 1 << 16;

  private final Repository repository;
  private final ChunkNames names;
  private final ZstdCompressCtx zstd = new ZstdCompressCtx().setLevel(COMPRESSION_LEVEL);
  private final Set<ChunkId> fresh = new HashSet<>();
  private final Map<ObjectId, List<PackEntry>> unindexed = new LinkedHashMap<>();
  private final PackBuilder[] open = {new PackBuilder(), new PackBuilder()};
  private ChunkIndex index;
  private Stored stored = new Stored(0, 0, 0, 0);

  /**
   * What was stored so far.
   *
   * @param newBytes bytes of chunks that the repository did not have, before compression
   * @param storedBytes bytes of the objects written for them
   */
  public record Stored(long chunks, long newChunks, long newBytes, long storedBytes) {}

  RepositoryWriter(Repository repository, ChunkIndex index) {
    this.repository = repository;
    this.names = repository.names();
    this.index = index;
  }

  /** Begins a stream. */
  public StreamWriter stream() {
    return new StreamWriter(repository.gears(), this::store);
  }

  public Stored stored() {
    return stored;
  }

  /** Makes everything durable that was stored; the manifest may be committed after. */
  public void finish() throws IOException {
    PackBuilder rest = new PackBuilder();
    for (PackBuilder pack : open) {
      rest.addAll(pack);
    }
    Arrays.setAll(open, i -> new PackBuilder());
    if (!rest.isEmpty()) {
      seal(rest);
    }
    writeIndex();
  }

  @Override
  public void close() {
    zstd.close();
  }

  private ChunkId store(byte[] buffer, int offset, int length) throws IOException {
    ChunkId id = names.of(buffer, offset, length);
    boolean known = index.find(id).isPresent() || !fresh.add(id);
    if (known) {
      stored =
          new Stored(
              stored.chunks() + 1, stored.newChunks(), stored.newBytes(), stored.storedBytes());
      return id;
    }
    stored =
        new Stored(
            stored.chunks() + 1,
            stored.newChunks() + 1,
            stored.newBytes() + length,
            stored.storedBytes());
    byte[] plain = Arrays.copyOfRange(buffer, offset, offset + length);
    byte[] packed = zstd.compress(plain);
    int slot = repository.random().nextInt(open.length);
    if (packed.length < length) {
      open[slot].add(id, packed, length, true);
    } else {
      open[slot].add(id, plain, length, false);
    }
    if (open[slot].isFull()) {
      seal(open[slot]);
      open[slot] = new PackBuilder();
    }
    return id;
  }

  private void seal(PackBuilder pack) throws IOException {
    ObjectId id = repository.put(pack);
    unindexed.put(id, pack.entries());
    stored =
        new Stored(
            stored.chunks(),
            stored.newChunks(),
            stored.newBytes(),
            stored.storedBytes() + repository.packSize(id));
    if (unindexed.values().stream().mapToInt(List::size).sum() >= INDEX_SEGMENT_ENTRIES) {
      writeIndex();
    }
  }

  /**
   * Writes the index of the packs sealed since the last one, and keeps it instead of the larger
   * set.
   */
  private void writeIndex() throws IOException {
    if (unindexed.isEmpty()) {
      return;
    }
    ChunkIndex segment = ChunkIndex.of(unindexed);
    repository.put(segment);
    index = ChunkIndex.merge(List.of(index, segment));
    unindexed.values().forEach(entries -> entries.forEach(entry -> fresh.remove(entry.id())));
    unindexed.clear();
  }
}
