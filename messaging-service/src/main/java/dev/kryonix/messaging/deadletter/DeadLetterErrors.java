package dev.kryonix.messaging.deadletter;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** How calls about dead letters are refused. */
final class DeadLetterErrors {
  private DeadLetterErrors() {}

  static ServiceException requestIdReused(String requestId) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
            "The request_id '%s' came with another request within the last day."
                .formatted(requestId))
        .field("request_id", "was used for another request");
  }
}
