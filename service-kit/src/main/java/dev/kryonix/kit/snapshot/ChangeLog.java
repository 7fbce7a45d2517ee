package dev.kryonix.kit.snapshot;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;

/**
 * The committed changes of tenants' data, held for a while. A service whose store keeps them
 * implements it as a bean beside its {@link SnapshotStore}; {@link SnapshotEndpoint} then serves
 * TailChanges on top, with flow control and the contract's checks.
 */
public interface ChangeLog {
  /**
   * Opens the changes after a position: that of an export's header, or of a change. Refuses with
   * {@link SnapshotErrors#positionLost} a position after which changes are no longer held, and with
   * INVALID_ARGUMENT one that is none of this source.
   */
  ChangeTail tail(TenantId tenant, TenantUid uid, String position);
}
