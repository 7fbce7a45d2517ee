package dev.kryonix.backup.restore;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.util.UUID;

/** Why a restore cannot be done. */
final class RestoreErrors {
  private RestoreErrors() {}

  static ServiceException notFound(UUID restore) {
    return CommonErrors.notFound("restore", restore.toString());
  }

  static ServiceException underWay() {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_STATE_CONFLICT,
            "Another restore of the tenant is under way; wait for its end.")
        .with("state", "RUNNING")
        .precondition("STATE", "restores", "no other may be running");
  }

  static ServiceException notInBackup(String field, String value, UUID backup) {
    return CommonErrors.invalidField(
        field, "the backup %s does not hold '%s'".formatted(backup, value));
  }
}
