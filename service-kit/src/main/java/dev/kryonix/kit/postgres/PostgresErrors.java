package dev.kryonix.kit.postgres;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.sql.SQLException;
import java.time.Duration;

/** How PostgreSQL's failures read to a caller. */
final class PostgresErrors {
  static final String STORE = "postgres";

  private PostgresErrors() {}

  static ServiceException unavailable(Throwable cause) {
    return CommonErrors.storeUnavailable(STORE, cause);
  }

  /** Nothing was changed: the transaction has been rolled back. */
  static ServiceException tooSlow(SQLException cause) {
    return ServiceException.of(
            Code.DEADLINE_EXCEEDED,
            ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
            "The store '" + STORE + "' took too long; nothing was changed.")
        .with("store", STORE)
        .cause(cause);
  }

  static ServiceException busy(SQLException cause) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
            "Other calls change the same things at once; nothing was changed, try again.")
        .with("store", STORE)
        .retryAfter(Duration.ofSeconds(1))
        .cause(cause);
  }

  static ServiceException outcomeUnknown(SQLException cause) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_OUTCOME_UNKNOWN,
            "The store '"
                + STORE
                + "' was lost while the change was being committed: whether it was made is unknown."
                + " Repeat with the same request_id, or read.")
        .with("store", STORE)
        .retryAfter(Duration.ofSeconds(1))
        .cause(cause);
  }
}
