package dev.kryonix.backup.backup;

import dev.kryonix.backup.catalogue.Failure;
import dev.kryonix.backup.repository.CorruptObjectException;
import dev.kryonix.backup.repository.KeysDestroyedException;
import dev.kryonix.backup.source.SourceException;
import dev.kryonix.kit.errors.ServiceException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the catalogue says of why a backup or restore failed. */
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * Why work on the named thing failed. A defect of ours is logged here, and only its kind is told.
   */
  public static Failure of(Exception e, String what) {
    return switch (e) {
      case SourceException source ->
          new Failure(source.reason(), source.message(), source.source().id());
      case ServiceException refusal -> new Failure(refusal.reasonName(), refusal.getMessage(), "");
      case CorruptObjectException corrupt ->
          new Failure("BACKUP_CORRUPT", "Stored data is damaged: " + corrupt.getMessage(), "");
      case KeysDestroyedException destroyed ->
          new Failure("KEYS_DESTROYED", "The repository's keys are gone: " + message(e), "");
      case IOException away -> {
        LOG.warn("{}: the repository cannot be used", what, away);
        yield new Failure(
            "STORE_UNAVAILABLE", "The repository cannot be written or read; try again later.", "");
      }
      default -> {
        LOG.error("{} failed", what, e);
        yield new Failure("INTERNAL_DEFECT", what + " failed by a defect of the service.", "");
      }
    };
  }

  private static String message(Exception e) {
    String message = e.getMessage();
    return message == null ? "" : message;
  }
}
