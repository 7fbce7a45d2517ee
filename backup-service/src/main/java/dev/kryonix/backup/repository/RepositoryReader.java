package dev.kryonix.backup.repository;

import java.io.IOException;
import java.io.InputStream;
import java.util.random.RandomGenerator;

/**
 * Reads stored streams. Every byte is authentic; a damaged one ends the stream with a
 * CorruptObjectException.
 */
public final class RepositoryReader {
  private final ChunkReader chunks;
  private final RandomGenerator random;

  RepositoryReader(ChunkReader chunks, RandomGenerator random) {
    this.chunks = chunks;
    this.random = random;
  }

  public InputStream open(ChunkTree tree) {
    return ChunkStream.of(tree, chunks);
  }

  /**
   * Checks that every chunk of a stream has its place in a whole pack, and reads a random part of
   * them. Returns how many chunks the stream has.
   *
   * @param share the part to read, 0 to 1
   */
  public long check(ChunkTree tree, double share) throws IOException {
    ChunkStream.Ids ids = ChunkStream.ids(tree, chunks);
    long checked = 0;
    for (ChunkId id = ids.next(); id != null; id = ids.next()) {
      if (random.nextDouble() < share) {
        chunks.read(id);
      } else {
        chunks.locate(id);
      }
      checked++;
    }
    return checked;
  }

  /** The chunks read so far, over all streams. */
  public long chunksRead() {
    return chunks.chunksRead();
  }
}
