package dev.kryonix.messaging.history;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a history is not read. */
final class HistoryErrors {
  private static final Duration RETRY = Duration.ofSeconds(5);

  private HistoryErrors() {}

  static ServiceException notKept(TenantView tenant) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_HISTORY_NOT_KEPT,
            "The plan '%s' has no message history.".formatted(tenant.plan()))
        .with("plan", tenant.plan())
        .precondition("PLAN", tenant.plan(), "take a plan with a message history");
  }

  static ServiceException positionLost(long asked, long nearest) {
    return ServiceException.of(
            Code.OUT_OF_RANGE,
            ErrorReason.ERROR_REASON_HISTORY_POSITION_LOST,
            "The history does not hold the offset %d; the nearest is %d.".formatted(asked, nearest))
        .with("offset", Long.toString(nearest))
        .field("from_offset", "is not held");
  }

  static ServiceException tooManyReaders(int most) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The tenant has %d replays and live views open, and may have no more.".formatted(most))
        .quota("messaging.history_readers", most + " replays and live views at once")
        .retryAfter(RETRY);
  }

  static ServiceException badCursor() {
    return CommonErrors.invalidField("cursor", "is none of an earlier call");
  }

  static ServiceException badTime(String field) {
    return CommonErrors.invalidField(field, "is not a timestamp");
  }

  static ServiceException tokenExpired() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
        "The token has expired; open the stream again with a new one.");
  }
}
