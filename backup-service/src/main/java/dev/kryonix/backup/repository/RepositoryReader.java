package dev.kryonix.backup.repository;

import java.io.InputStream;

/**
 * Reads stored streams. Every byte is authentic; a damaged one ends the stream with a
 * CorruptObjectException.
 */
public final class RepositoryReader {
  private final ChunkReader chunks;

  RepositoryReader(ChunkReader chunks) {
    this.chunks = chunks;
  }

  public InputStream open(ChunkTree tree) {
    return ChunkStream.of(tree, chunks);
  }

  /** The chunks read so far, over all streams. */
  public long chunksRead() {
    return chunks.chunksRead();
  }
}
