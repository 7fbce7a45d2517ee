package dev.kryonix.gateway.openapi;

import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.gateway.transcode.Binding;
import java.util.List;

/** The HTTP statuses of failed calls. */
enum HttpError {
  BAD_REQUEST(400, "The request is malformed, or does not fit the state of what it names."),
  UNAUTHENTICATED(401, "There is no token, or none that can be accepted."),
  PERMISSION_DENIED(403, "The token does not allow the call, or the tenant is not served."),
  NOT_FOUND(404, "There is no such thing, or none that the caller may know of."),
  CONFLICT(409, "The thing exists, or was changed by others in the meantime."),
  REQUEST_TIMEOUT(408, "The body did not come in good time."),
  CONTENT_TOO_LARGE(413, "The body is over the limit."),
  URL_TOO_LONG(414, "The path and the query are over the limit."),
  UNSUPPORTED_MEDIA_TYPE(415, "The body's content type is not accepted."),
  RESOURCE_EXHAUSTED(429, "A rate or quota is used up."),
  HEADERS_TOO_LARGE(431, "The headers are over the limit."),
  CANCELLED(499, "The call was cancelled."),
  INTERNAL(500, "A defect of the platform."),
  UNIMPLEMENTED(501, "The call is part of the contract and not served."),
  UNAVAILABLE(503, "The service, or something behind it, cannot be reached now."),
  DEADLINE_EXCEEDED(504, "The answer did not come in time; whether the call was made is unknown.");

  private final int status;
  private final String description;

  HttpError(int status, String description) {
    this.status = status;
    this.description = description;
  }

  int status() {
    return status;
  }

  String description() {
    return description;
  }

  /** The gRPC codes that HTTP has a finer word for. */
  List<String> codes() {
    return switch (this) {
      case REQUEST_TIMEOUT -> List.of("DEADLINE_EXCEEDED");
      case URL_TOO_LONG, HEADERS_TOO_LARGE -> List.of("INVALID_ARGUMENT");
      case CONTENT_TOO_LARGE -> List.of("RESOURCE_EXHAUSTED");
      case UNSUPPORTED_MEDIA_TYPE -> List.of("INVALID_ARGUMENT");
      default -> List.of();
    };
  }

  /** The name of the response among the components. */
  String component() {
    StringBuilder name = new StringBuilder();
    for (String word : name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return name.toString();
  }

  boolean appliesTo(Binding binding) {
    return switch (this) {
      case UNAUTHENTICATED, PERMISSION_DENIED -> !binding.rpc().open();
      case CONFLICT ->
          binding.rpc().policy().idempotency() != Idempotency.IDEMPOTENCY_NO_SIDE_EFFECTS;
      case REQUEST_TIMEOUT, CONTENT_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE ->
          !(binding.body() instanceof Binding.Body.None);
      default -> true;
    };
  }

  Node headers() {
    return switch (this) {
      case UNAUTHENTICATED -> Node.of("WWW-Authenticate", Node.ref("headers/WWW-Authenticate"));
      case RESOURCE_EXHAUSTED ->
          RateLimits.headers().put("Retry-After", Node.ref("headers/Retry-After"));
      case CONFLICT, UNAVAILABLE -> Node.of("Retry-After", Node.ref("headers/Retry-After"));
      default -> new Node();
    };
  }
}
