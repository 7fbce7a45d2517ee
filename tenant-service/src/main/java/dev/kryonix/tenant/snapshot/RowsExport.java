package dev.kryonix.tenant.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.snapshot.SnapshotExport;
import java.time.Instant;
import java.util.Iterator;

/** The rows of one tenant, read whole in one transaction. */
record RowsExport(String position, Instant time, Iterator<Record> records)
    implements SnapshotExport {
  @Override
  public boolean hasNext() {
    return records.hasNext();
  }

  @Override
  public Record next() {
    return records.next();
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
