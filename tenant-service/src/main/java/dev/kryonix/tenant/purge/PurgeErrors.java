package dev.kryonix.tenant.purge;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.Status.Code;
import java.time.Instant;

/** Why a purge is refused. */
final class PurgeErrors {
  private PurgeErrors() {}

  static ServiceException notFound(TenantId id, TenantUid uid) {
    return CommonErrors.notFound("tenant", id + " of uid " + uid);
  }

  static ServiceException graceNotOver(TenantId id, Instant over) {
    String description =
        "its grace period ends at %s; set skip_grace to purge it now".formatted(over);
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_STATE_CONFLICT,
            "tenant '%s': %s.".formatted(id, description))
        .with("purge_time", over.toString())
        .precondition("GRACE", "tenants/" + id, description);
  }
}
