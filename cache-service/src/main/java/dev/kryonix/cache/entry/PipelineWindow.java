package dev.kryonix.cache.entry;

/**
 * How many operations of a stream may be under way: as many as come to a bounded number of bytes,
 * by the largest that has been seen lately. It begins small, as nothing is known then, and grows by
 * one with each answer (slow start, as in RFC 5681).
 */
final class PipelineWindow {
  /** The bytes that operations under way may come to. */
  static final long BYTES = 16 << 20;

  static final int MOST = 1024;

  /** Even values of the largest size come to no more than the bytes. */
  static final int LEAST = 16;

  /** What has been largest is forgotten by half in about 700 answers. */
  private static final int FORGETTING = 10;

  private int size = LEAST;
  private long largest;

  int size() {
    return size;
  }

  /** An operation has been answered that held so many bytes. */
  void answered(long bytes) {
    largest = Math.max(bytes, largest - (largest >> FORGETTING));
    long fitting = BYTES / Math.max(1, largest);
    size = Math.clamp(Math.min(size + 1L, fitting), LEAST, MOST);
  }
}
