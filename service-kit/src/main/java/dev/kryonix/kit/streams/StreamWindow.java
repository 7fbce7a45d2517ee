package dev.kryonix.kit.streams;

/**
 * How many requests of a stream may be under way: as many as come to a bounded number of bytes, by
 * the largest that has been seen lately. It begins small, as nothing is known then, and grows by
 * one with each answer (slow start, as in RFC 5681). For one thread at a time.
 */
public final class StreamWindow {
  /** What has been largest is forgotten by half in about 700 answers. */
  private static final int FORGETTING = 10;

  private final long bytes;
  private final int least;
  private final int most;
  private int size;
  private long largest;

  /**
   * A window at its beginning.
   *
   * @param bytes what requests under way may come to
   * @param least how many they may be, whatever their size
   * @param most how many they may be at most
   */
  public StreamWindow(long bytes, int least, int most) {
    this.bytes = bytes;
    this.least = least;
    this.most = most;
    this.size = least;
  }

  /** How many may be under way now. */
  public int size() {
    return size;
  }

  /** A request has been answered that held so many bytes. */
  public void answered(long held) {
    largest = Math.max(held, largest - (largest >> FORGETTING));
    long fitting = bytes / Math.max(1, largest);
    size = Math.clamp(Math.min(size + 1L, fitting), least, most);
  }
}
