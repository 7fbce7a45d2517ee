package dev.kryonix.kit.errors;

import dev.kryonix.api.errors.v1.ErrorReason;
import io.grpc.Status.Code;
import java.time.Duration;

/** The refusals that every service makes. */
public final class CommonErrors {
  private CommonErrors() {}

  /** A field of the request is malformed. */
  public static ServiceException invalidField(String path, String description) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            path + ": " + description)
        .field(path, description);
  }

  /** No such resource, or none that the caller may know of. */
  public static ServiceException notFound(String type, String name) {
    return ServiceException.of(
            Code.NOT_FOUND,
            ErrorReason.ERROR_REASON_RESOURCE_NOT_FOUND,
            "No " + type + " '" + name + "'.")
        .resource(type, name);
  }

  /** A resource of that name exists. */
  public static ServiceException alreadyExists(String type, String name) {
    return ServiceException.of(
            Code.ALREADY_EXISTS,
            ErrorReason.ERROR_REASON_RESOURCE_EXISTS,
            "A " + type + " '" + name + "' exists already.")
        .resource(type, name);
  }

  /** The same request_id came with another request. */
  public static ServiceException requestIdReused(String requestId) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
            "The request_id '%s' was used with another request; take a new one."
                .formatted(requestId))
        .with("request_id", requestId);
  }

  /**
   * An RPC or field of the contract that is not served yet, such as {@code
   * cache.v1.SetRequest.tags}.
   */
  public static ServiceException notImplemented(String feature) {
    return ServiceException.of(
            Code.UNIMPLEMENTED,
            ErrorReason.ERROR_REASON_NOT_IMPLEMENTED,
            feature + " is part of the contract and not served yet.")
        .with("feature", feature);
  }

  /** The store behind the service cannot be reached. */
  public static ServiceException storeUnavailable(String store, Throwable cause) {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
            "The store '" + store + "' cannot be reached; try again shortly.")
        .with("store", store)
        .retryAfter(Duration.ofSeconds(1))
        .cause(cause);
  }

  /** The service is starting or stopping. */
  public static ServiceException notServing(String why) {
    return ServiceException.of(
            Code.UNAVAILABLE, ErrorReason.ERROR_REASON_NOT_SERVING, "Not serving: " + why + ".")
        .retryAfter(Duration.ofSeconds(1));
  }

  /** Another service of the platform cannot be reached. */
  public static ServiceException upstreamUnavailable(String upstream, Throwable cause) {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_UPSTREAM_UNAVAILABLE,
            "The service '" + upstream + "' cannot be reached; try again shortly.")
        .with("upstream", upstream)
        .retryAfter(Duration.ofSeconds(1))
        .cause(cause);
  }

  /** A message over the size limit. */
  public static ServiceException messageTooLarge(long limitBytes) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
            "The message is over the limit of " + limitBytes + " bytes.")
        .with("limit_bytes", Long.toString(limitBytes));
  }
}
