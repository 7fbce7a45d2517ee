package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import java.time.Instant;
import java.util.Iterator;

/**
 * A tenant's records at one consistent point, in strictly ascending order of (collection, key),
 * both as unsigned bytes. Iterating may block. Closed once, by whoever opened it, read to its end
 * or not.
 */
public interface SnapshotExport extends Iterator<Record>, AutoCloseable {
  /**
   * The opaque position in the source's history that the export shows. Empty when the source has
   * none.
   */
  String position();

  /** The instant that the export shows. */
  Instant time();

  @Override
  void close();
}
