package dev.kryonix.gateway.web;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** The refusals of what is no gRPC-Web. */
final class WebErrors {
  private WebErrors() {}

  static ServiceException malformed(String what) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "The request is not gRPC-Web: " + what + ".")
        .field("body", what);
  }
}
