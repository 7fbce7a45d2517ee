package dev.kryonix.gateway.transcode;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/**
 * The refusals of what cannot be mapped to a request message; each names the part that does not
 * fit.
 */
final class TranscodeErrors {
  private TranscodeErrors() {}

  static ServiceException value(String path, String what) {
    return CommonErrors.invalidField(path, what);
  }

  static ServiceException unknownParameter(String name, String type) {
    return CommonErrors.invalidField(
        name, "no such query parameter: " + type + " has no such field");
  }

  static ServiceException contentType(String actual, String accepted) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_CONTENT_TYPE_UNSUPPORTED,
            "The content type '" + actual + "' is not accepted here; send " + accepted + ".")
        .with("content_type", actual);
  }
}
