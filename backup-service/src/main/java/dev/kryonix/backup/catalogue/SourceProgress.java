package dev.kryonix.backup.catalogue;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a source has been read or put back.
 *
 * @param expected the records expected, or zero when unknown
 * @param counts the records per collection, once done
 * @param snapshotTime the instant that the data shows
 */
public record SourceProgress(
    String source,
    Progress state,
    long records,
    long bytes,
    long expected,
    SortedMap<String, Long> counts,
    Optional<Instant> snapshotTime) {

  public SourceProgress {
    counts = new TreeMap<>(counts);
  }

  public static SourceProgress pending(String source, long expected) {
    return new SourceProgress(
        source, Progress.PENDING, 0, 0, expected, new TreeMap<>(), Optional.empty());
  }

  /** The same, begun, of data that shows that instant. */
  public SourceProgress running(Instant time) {
    return new SourceProgress(source, Progress.RUNNING, 0, 0, expected, counts, Optional.of(time));
  }

  public SourceProgress at(long newRecords, long newBytes) {
    return new SourceProgress(source, state, newRecords, newBytes, expected, counts, snapshotTime);
  }

  public SourceProgress done(SortedMap<String, Long> newCounts) {
    return new SourceProgress(
        source, Progress.DONE, records, bytes, expected, newCounts, snapshotTime);
  }

  public SourceProgress with(Progress newState) {
    return new SourceProgress(source, newState, records, bytes, expected, counts, snapshotTime);
  }
}
