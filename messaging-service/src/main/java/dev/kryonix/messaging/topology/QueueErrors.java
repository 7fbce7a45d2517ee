package dev.kryonix.messaging.topology;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** Why a queue cannot be made. */
final class QueueErrors {
  private QueueErrors() {}

  static ServiceException limitReached(String queue) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The queue '%s' would be one more than the plan allows.".formatted(queue))
        .quota("messaging.queues", "queues of the tenant");
  }
}
