package dev.kryonix.kit.identity;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Duration;

/**
 * Why a token is not accepted. The answers don't say more than a caller with a good token needs.
 */
final class TokenErrors {
  private TokenErrors() {}

  static ServiceException missing() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_MISSING,
        "No token: send 'authorization: Bearer <token>'.");
  }

  static ServiceException invalid(String why) {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_INVALID,
        "The token is not accepted: " + why + ".");
  }

  static ServiceException expired() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
        "The token has expired; exchange the API key for a new one.");
  }

  static ServiceException keysUnavailable(String issuer) {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_UPSTREAM_UNAVAILABLE,
            "Whether the token is good cannot be known: the keys of its issuer '%s' are out of reach; try again shortly."
                .formatted(issuer))
        .with("upstream", issuer)
        .retryAfter(Duration.ofSeconds(1));
  }
}
