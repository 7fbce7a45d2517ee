package dev.kryonix.tenant.state;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** Why a stream is refused. */
final class StateErrors {
  private StateErrors() {}

  static ServiceException anotherService(String claimed, String token) {
    return ServiceException.of(
            Code.PERMISSION_DENIED,
            ErrorReason.ERROR_REASON_INTERNAL_ONLY,
            "The hello says '%s' and the token '%s'.".formatted(claimed, token))
        .field("hello.service", "must be the name in the service token");
  }
}
