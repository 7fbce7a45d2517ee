package dev.kryonix.backup.chunking;

import java.io.IOException;

/**
 * Cuts a stream of bytes where a rolling gear hash says so: FastCDC with normalized chunking (Xia
 * et al., USENIX ATC 2016). Below the average size a border needs two bits more than log2(average),
 * above it two bits less, which pulls sizes towards the average. The upper bits of the hash are
 * tested, because they depend on the last 64 bytes.
 *
 * <p>Not thread-safe. The same bytes give the same chunks, however they are handed in.
 */
public final class Chunker {
  private static final int NORMALIZATION_BITS = 2;

  /** Takes the chunks in order. The bytes are valid during the call only. */
  @FunctionalInterface
  public interface Sink {
    void chunk(byte[] buffer, int offset, int length) throws IOException;
  }

  private final ChunkSizes sizes;
  private final long[] gears;
  private final int strictShift;
  private final int looseShift;
  private final Sink sink;
  private final byte[] pending;
  private int filled;
  private int scanned;
  private long hash;

  public Chunker(ChunkSizes sizes, GearTable table, Sink sink) {
    this.sizes = sizes;
    this.gears = table.gears();
    int bits = Integer.numberOfTrailingZeros(sizes.average());
    this.strictShift = Long.SIZE - (bits + NORMALIZATION_BITS);
    this.looseShift = Long.SIZE - (bits - NORMALIZATION_BITS);
    this.sink = sink;
    this.pending = new byte[sizes.maximum()];
  }

  /** Takes the next bytes of the stream. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int taken = 0;
    while (taken < length) {
      int part = Math.min(length - taken, pending.length - filled);
      System.arraycopy(bytes, offset + taken, pending, filled, part);
      filled += part;
      taken += part;
      cutAll();
    }
  }

  /**
   * Ends the stream: what is left becomes the last chunk, which may be smaller than the minimum.
   */
  public void finish() throws IOException {
    if (filled > 0) {
      cut(filled);
    }
  }

  private void cutAll() throws IOException {
    int border = nextBorder();
    while (border > 0) {
      cut(border);
      border = nextBorder();
    }
  }

  /** The length of the next chunk, or 0 when its border is not among the bytes at hand. */
  private int nextBorder() {
    int position = Math.max(scanned, sizes.minimum());
    long rolling = hash;
    int strictEnd = Math.min(filled, sizes.average());
    while (position < strictEnd) {
      rolling = (rolling << 1) + gears[pending[position++] & 0xff];
      if ((rolling >>> strictShift) == 0) {
        return position;
      }
    }
    while (position < filled) {
      rolling = (rolling << 1) + gears[pending[position++] & 0xff];
      if (rolling >>> looseShift == 0) {
        return position;
      }
    }
    if (filled == sizes.maximum()) {
      return filled;
    }
    scanned = Math.max(scanned, filled);
    hash = rolling;
    return 0;
  }

  private void cut(int length) throws IOException {
    sink.chunk(pending, 0, length);
    System.arraycopy(pending, length, pending, 0, filled - length);
    filled -= length;
    scanned = 0;
    hash = 0;
  }
}
