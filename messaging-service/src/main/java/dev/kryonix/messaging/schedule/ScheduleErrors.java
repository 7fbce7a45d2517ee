package dev.kryonix.messaging.schedule;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a message is not scheduled, or not cancelled. */
final class ScheduleErrors {
  private static final String TYPE = "scheduled message";
  private static final Duration RETRY = Duration.ofSeconds(1);

  private ScheduleErrors() {}

  static ServiceException full(int most) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "%d messages of the tenant wait for their time, and no more may.".formatted(most))
        .quota("messaging.scheduled", most + " scheduled messages");
  }

  static ServiceException tooFar(Duration furthest) {
    return CommonErrors.invalidField(
        "deliver_at", "is more than %d days ahead".formatted(furthest.toDays()));
  }

  static ServiceException notFound(String id) {
    return CommonErrors.notFound(TYPE, id);
  }

  static ServiceException delivered(String id) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_STATE_CONFLICT,
            "The scheduled message '%s' has been published.".formatted(id))
        .precondition("STATE", id, "has been published");
  }

  /** Whether it will have been published is not known yet. */
  static ServiceException beingPublished(String id) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_CONCURRENT_CHANGE,
            "The scheduled message '%s' is being published just now.".formatted(id))
        .retryAfter(RETRY);
  }
}
