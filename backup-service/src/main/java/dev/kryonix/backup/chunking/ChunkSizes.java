package dev.kryonix.backup.chunking;

/** The bounds of chunks, in bytes. The average is a power of two. */
public record ChunkSizes(int minimum, int average, int maximum) {
  /** For rows and change logs. */
  public static final ChunkSizes ROWS = around(64 << 10);

  public ChunkSizes {
    if (Integer.bitCount(average) != 1 || average < 256) {
      throw new IllegalArgumentException(
          "the average must be a power of two from 256, not " + average);
    }
    if (minimum < 64 || minimum >= average || maximum <= average) {
      throw new IllegalArgumentException(
          "bounds out of order: " + minimum + ", " + average + ", " + maximum);
    }
  }

  /** A quarter of the average to four times the average. */
  public static ChunkSizes around(int average) {
    return new ChunkSizes(average / 4, average, average * 4);
  }
}
