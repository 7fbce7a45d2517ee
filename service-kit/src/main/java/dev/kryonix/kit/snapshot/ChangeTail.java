package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One reader's way through a {@link ChangeLog}. Used by one thread at a time; closed once, by
 * whoever opened it.
 */
public interface ChangeTail extends AutoCloseable {
  /**
   * The next changes in order, no more than may be held in memory at once. Waits up to the patience
   * for the first; then there may be none. A tail that is read too slowly may find its place gone:
   * {@link SnapshotErrors#positionLost}.
   */
  Batch next(Duration patience) throws InterruptedException;

  @Override
  void close();

  /**
   * Changes in their order, and how far time is closed by them.
   *
   * @param changes the changes, each with its position and the time of its commit
   * @param closed after these changes none follows whose time is at or before this instant; never
   *     goes back. Empty when the log cannot tell just now
   */
  record Batch(List<Change> changes, Optional<Instant> closed) {
    public Batch {
      changes = List.copyOf(changes);
    }
  }
}
