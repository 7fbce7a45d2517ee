package dev.kryonix.kit.snapshot;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;

/** Why an export or an import is refused. Stores use it too. */
public final class SnapshotErrors {
  private SnapshotErrors() {}

  /** The tenant is unknown here, or another one has its id now. */
  public static ServiceException unknownTenant(String tenant) {
    return CommonErrors.notFound("tenant", tenant);
  }

  /** Another import of the tenant is running. */
  public static ServiceException importRunning(TenantId tenant) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_STATE_CONFLICT,
            "Another import of tenant '" + tenant + "' is running; wait for its end.")
        .with("state", "IMPORTING")
        .precondition("IMPORT", tenant.value(), "another import is running");
  }

  /** The point of an earlier export, or the changes after a position, are no longer held. */
  public static ServiceException positionLost(String source) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_SNAPSHOT_POSITION_LOST,
            "The position is no longer held; take a new export.")
        .with("source", source);
  }

  /** The records to import are of a version that this source does not read. */
  public static ServiceException unknownFormat(int format) {
    return CommonErrors.invalidField(
        "header.format", "version " + format + " is not read by this source");
  }

  static ServiceException invalid(String field, String description) {
    return CommonErrors.invalidField(field, description);
  }
}
