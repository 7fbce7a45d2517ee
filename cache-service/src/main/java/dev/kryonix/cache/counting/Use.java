package dev.kryonix.cache.counting;

/**
 * What was done with entries.
 *
 * @param hits reads that found an entry
 * @param misses reads that did not
 * @param rejected reads that found what does not open, which are misses too
 * @param readBytes the sizes of values read
 * @param writes writes that were sent to the store
 * @param writtenBytes the sizes of values written
 * @param times how long the store took for it
 */
public record Use(
    long hits,
    long misses,
    long rejected,
    long readBytes,
    long writes,
    long writtenBytes,
    Times times) {
  /** Nothing. */
  public static final Use NONE = new Use(0, 0, 0, 0, 0, 0, Times.NONE);

  /** Both together. */
  public Use plus(Use other) {
    return new Use(
        hits + other.hits,
        misses + other.misses,
        rejected + other.rejected,
        readBytes + other.readBytes,
        writes + other.writes,
        writtenBytes + other.writtenBytes,
        times.plus(other.times));
  }
}
