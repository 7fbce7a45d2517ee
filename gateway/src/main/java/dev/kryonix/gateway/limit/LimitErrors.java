package dev.kryonix.gateway.limit;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Duration;

/** The refusals of calls that are too many. */
public final class LimitErrors {
  private LimitErrors() {}

  /** A tenant over its request rate. */
  public static ServiceException tenant(Allowance allowance) {
    return limited(
            "The tenant is over its request rate (" + allowance.policyHeader() + ").",
            Duration.ofNanos(allowance.waitNanos()))
        .with("limit", "requests")
        .quota("tenant", allowance.policyHeader());
  }

  /** An address that has failed or asked too often. */
  static ServiceException address(Duration wait) {
    return limited("Too many calls from this address without a valid token.", wait)
        .with("limit", "address")
        .quota("address", "calls without a valid token");
  }

  private static ServiceException limited(String message, Duration wait) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_RATE_LIMITED, message)
        .retryAfter(wait);
  }
}
