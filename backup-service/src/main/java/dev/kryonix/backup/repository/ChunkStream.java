package dev.kryonix.backup.repository;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bytes of a {@link ChunkTree}, read chunk by chunk. */
final class ChunkStream extends InputStream {
  /** The ids of chunks, one after the other. */
  interface Ids {
    @Nullable ChunkId next() throws IOException;
  }

  private final Ids ids;
  private final ChunkReader chunks;
  private byte[] chunk = new byte[0];
  private int position;

  private ChunkStream(Ids ids, ChunkReader chunks) {
    this.ids = ids;
    this.chunks = chunks;
  }

  static InputStream of(ChunkTree tree, ChunkReader chunks) {
    return new ChunkStream(ids(tree, chunks), chunks);
  }

  /** The ids of the stream's chunks. */
  static Ids ids(ChunkTree tree, ChunkReader chunks) {
    Iterator<ChunkId> roots = tree.roots().iterator();
    Ids ids = () -> roots.hasNext() ? roots.next() : null;
    for (int level = 0; level < tree.depth(); level++) {
      ids = idsIn(new ChunkStream(ids, chunks));
    }
    return ids;
  }

  private static Ids idsIn(InputStream stream) {
    DataInputStream in = new DataInputStream(stream);
    return () -> {
      byte[] id = in.readNBytes(ChunkId.BYTES);
      if (id.length == 0) {
        return null;
      }
      if (id.length < ChunkId.BYTES) {
        throw new EOFException("the stream of ids ends within an id");
      }
      return ChunkId.read(ByteBuffer.wrap(id));
    };
  }

  @Override
  public int read() throws IOException {
    return fill() ? chunk[position++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int part = Math.min(length, chunk.length - position);
    System.arraycopy(chunk, position, target, offset, part);
    position += part;
    return part;
  }

  private boolean fill() throws IOException {
    while (position == chunk.length) {
      ChunkId id = ids.next();
      if (id == null) {
        return false;
      }
      chunk = chunks.read(id);
      position = 0;
    }
    return true;
  }
}
