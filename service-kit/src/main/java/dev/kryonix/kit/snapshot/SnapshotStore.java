package dev.kryonix.kit.snapshot;

import dev.kryonix.api.snapshot.v1.RecordKey;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.Optional;

/**
 * Reads and replaces a tenant's data for the backup service. A service that owns data of tenants
 * implements it as a bean; {@link SnapshotEndpoint} then serves the contract on top, with flow
 * control, order, counts and digest.
 *
 * <p>All calls come on virtual threads and may block. A tenant that is unknown, or whose uid is
 * another, is refused with NOT_FOUND; an engine that is away, with STORE_UNAVAILABLE.
 */
public interface SnapshotStore {
  /**
   * The source's name in the contract: {@code tenant}, {@code messaging}, {@code cache} or {@code
   * files}.
   */
  String source();

  /** The version of the encoding of records, from 1. */
  int format();

  /** Opens the tenant's data as of now, at one consistent point. */
  SnapshotExport open(TenantId tenant, TenantUid uid, Selection selection);

  /**
   * Opens an earlier export again, at the same point, so that the records after {@code last}
   * follow; empty when the point has gone. A store that does not hold points says so always.
   */
  default Optional<SnapshotExport> reopen(
      TenantId tenant, TenantUid uid, Selection selection, ResumePoint from) {
    return Optional.empty();
  }

  /**
   * Begins to replace the tenant's data. Nothing that is visible changes before {@link
   * SnapshotImport#commit}. Refuses with STATE_CONFLICT while another import of the tenant runs.
   */
  SnapshotImport begin(ImportTarget target);

  /** The outcome of an import that has been committed, when the store remembers it. */
  default Optional<ImportReceipt> receipt(TenantUid uid, String importId) {
    return Optional.empty();
  }

  /**
   * Where an export is to go on.
   *
   * @param position the export's position, from its header
   * @param last the last record that has been received
   */
  record ResumePoint(String position, RecordKey last) {}
}
