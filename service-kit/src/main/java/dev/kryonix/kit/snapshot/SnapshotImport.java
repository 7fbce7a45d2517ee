package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.Record;

/**
 * A replacement of a tenant's data under way. Records come in order, checked and unexpired, and are
 * staged where no request sees them. Used by one thread at a time.
 */
public interface SnapshotImport extends AutoCloseable {
  /** Stages a record. Refuses with INVALID_ARGUMENT one that is not of this source's encoding. */
  void accept(Record record);

  /**
   * Puts the staged records in place of the selected ones at once: all of it, or after a failure
   * nothing. A store that can remembers the receipt in the same step.
   */
  void commit(ImportReceipt receipt);

  /** Drops what is staged, unless committed. Always called, last. */
  @Override
  void close();
}
