package dev.kryonix.backup.repository;

import dev.kryonix.backup.chunking.ChunkSizes;
import dev.kryonix.backup.chunking.Chunker;
import dev.kryonix.backup.chunking.GearTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores one stream of bytes as a {@link ChunkTree}. The streams of ids above it are cut by content
 * as well.
 */
public final class StreamWriter {
  private static final int MOST_ROOTS = 1024;

  /** Stores a chunk and names it. */
  @FunctionalInterface
  interface Store {
    ChunkId store(byte[] buffer, int offset, int length) throws IOException;
  }

  private final GearTable gears;
  private final Store store;
  private final Level data;
  private long length;

  StreamWriter(GearTable gears, Store store) {
    this.gears = gears;
    this.store = store;
    this.data = new Level();
  }

  public void write(byte[] bytes) throws IOException {
    data.chunker.write(bytes, 0, bytes.length);
    length += bytes.length;
  }

  /** The bytes written so far. */
  public long length() {
    return length;
  }

  /** Ends the stream. */
  public ChunkTree finish() throws IOException {
    Level level = data;
    int depth = 0;
    level.chunker.finish();
    while (level.above != null) {
      level = level.above;
      level.chunker.finish();
      depth++;
    }
    return new ChunkTree(depth, level.ids);
  }

  /**
   * The chunker of one level, and the ids of its chunks until they are too many and need a level
   * above.
   */
  private final class Level {
    private final Chunker chunker = new Chunker(ChunkSizes.ROWS, gears, this::chunk);
    private final List<ChunkId> ids = new ArrayList<>();
    private @Nullable Level above;

    private void chunk(byte[] buffer, int offset, int count) throws IOException {
      ChunkId id = store.store(buffer, offset, count);
      if (above != null) {
        above.append(id);
        return;
      }
      ids.add(id);
      if (ids.size() > MOST_ROOTS) {
        Level next = new Level();
        above = next;
        for (ChunkId each : ids) {
          next.append(each);
        }
        ids.clear();
      }
    }

    private void append(ChunkId id) throws IOException {
      chunker.write(id.toBytes(), 0, ChunkId.BYTES);
    }
  }
}
