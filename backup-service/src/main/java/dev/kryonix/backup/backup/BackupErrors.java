package dev.kryonix.backup.backup;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.backup.catalogue.Backup;
import dev.kryonix.backup.repository.CorruptObjectException;
import dev.kryonix.backup.repository.KeysDestroyedException;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.UUID;

/** Why something cannot be done with a backup. */
public final class BackupErrors {
  private BackupErrors() {}

  public static ServiceException notFound(UUID backup) {
    return CommonErrors.notFound("backup", backup.toString());
  }

  /** The backup has no manifest to work with. */
  public static ServiceException incomplete(Backup backup) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_BACKUP_INCOMPLETE,
            "The backup %s is %s, not SUCCEEDED.".formatted(backup.id(), backup.state()))
        .with("state", backup.state().name())
        .precondition("STATE", "backups/" + backup.id(), "must be SUCCEEDED");
  }

  /** The backup's state does not allow the call. */
  static ServiceException conflict(Backup backup, String why) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_STATE_CONFLICT,
            "The backup %s %s.".formatted(backup.id(), why))
        .with("state", backup.state().name())
        .precondition("STATE", "backups/" + backup.id(), why);
  }

  static ServiceException workersBusy(int workers) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "All %d backup workers of the tenant are busy; wait for one or cancel it."
                .formatted(workers))
        .quota("backup.workers", "at most " + workers + " at one time");
  }

  static ServiceException storageFull(long limit) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The tenant's backup storage of %d bytes is full; delete backups or take a larger plan."
                .formatted(limit))
        .quota("backup.storage_bytes", "at most " + limit);
  }

  static ServiceException retentionTooLong(java.time.Duration longest) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "retention: the plan keeps backups for at most " + longest.toDays() + " days.")
        .field("retention", "at most " + longest.toSeconds() + "s")
        .quota("backup.retention", "at most " + longest.toSeconds() + "s");
  }

  /** The repository cannot be read: damaged, keyless, or away. */
  public static ServiceException repository(IOException e, UUID backup) {
    return switch (e) {
      case CorruptObjectException corrupt ->
          ServiceException.of(
                  Code.DATA_LOSS,
                  ErrorReason.ERROR_REASON_BACKUP_CORRUPT,
                  "The backup %s is damaged: %s.".formatted(backup, corrupt.getMessage()))
              .with("backup", backup.toString())
              .with("object", corrupt.object())
              .cause(e);
      case KeysDestroyedException destroyed ->
          ServiceException.of(
                  Code.FAILED_PRECONDITION,
                  ErrorReason.ERROR_REASON_KEYS_DESTROYED,
                  "The keys of the backup %s are destroyed; it cannot be read.".formatted(backup))
              .cause(destroyed);
      default -> CommonErrors.storeUnavailable("repository", e);
    };
  }
}
