package dev.kryonix.gateway.codec;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** The refusals of JSON that is no message; each names the place that does not fit. */
final class CodecErrors {
  private CodecErrors() {}

  static ServiceException value(String path, String what) {
    return CommonErrors.invalidField(path, what);
  }

  static ServiceException unknownField(String path, String type) {
    return CommonErrors.invalidField(path, "no such field in " + type);
  }

  static ServiceException json(String what) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "The body is not valid JSON: " + what)
        .field("body", what);
  }

  static ServiceException tooDeep(int deepest) {
    return json("it is nested deeper than " + deepest + " levels");
  }
}
