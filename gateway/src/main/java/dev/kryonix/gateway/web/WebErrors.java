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

  static ServiceException timeout(String value) {
    String brief = value.length() <= 32 ? value : value.substring(0, 32) + "…";
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "grpc-timeout '" + brief + "' is not up to 8 digits and one of H, M, S, m, u, n.")
        .field("grpc-timeout", "not a timeout");
  }
}
