package dev.kryonix.gateway.http;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Set;

/** The refusals of requests that lead to no RPC. */
public final class HttpErrors {
  private static final int LONGEST_PATH = 200;

  private HttpErrors() {}

  public static ServiceException noRoute(String path) {
    return ServiceException.of(
            Code.NOT_FOUND,
            ErrorReason.ERROR_REASON_ROUTE_NOT_FOUND,
            "No route matches the path '" + brief(path) + "'.")
        .with("path", brief(path));
  }

  public static ServiceException otherMethods(String method, String path, Set<String> allowed) {
    String allow = String.join(", ", allowed);
    return ServiceException.of(
            Code.UNIMPLEMENTED,
            ErrorReason.ERROR_REASON_HTTP_METHOD_NOT_ALLOWED,
            "The path '" + brief(path) + "' takes " + allow + ", not " + brief(method) + ".")
        .with("allow", allow);
  }

  public static ServiceException malformed(String what) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "The request cannot be read: " + what + ".")
        .field("path", what);
  }

  /** What the decoder could make nothing of. */
  static ServiceException unreadable(Throwable why) {
    return switch (why) {
      case TooLongHttpLineException e ->
          tooLong(
              ErrorReason.ERROR_REASON_URL_TOO_LONG,
              "The request line",
              EdgeConfig.MAX_REQUEST_LINE_BYTES);
      case TooLongHttpHeaderException e ->
          tooLong(
              ErrorReason.ERROR_REASON_HEADERS_TOO_LARGE,
              "The header, " + EdgeConfig.MAX_HEADERS + " lines at most,",
              EdgeConfig.MAX_HEADER_BYTES);
      default -> malformed("the request line or a header is malformed");
    };
  }

  static ServiceException tooSlow() {
    return ServiceException.of(
        Code.DEADLINE_EXCEEDED,
        ErrorReason.ERROR_REASON_REQUEST_TIMEOUT,
        "The request's body did not come.");
  }

  private static ServiceException tooLong(ErrorReason reason, String what, int limitBytes) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT, reason, what + " is over the limit of " + limitBytes + " bytes.")
        .with("limit_bytes", Integer.toString(limitBytes));
  }

  static String brief(String text) {
    return text.length() <= LONGEST_PATH ? text : text.substring(0, LONGEST_PATH) + "…";
  }
}
