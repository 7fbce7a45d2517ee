package dev.kryonix.gateway.upstream;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Duration;

/** The words for a service that is not asked. */
final class UpstreamErrors {
  private UpstreamErrors() {}

  static ServiceException open(String upstream, Duration pause) {
    return unavailable(
            "The service '" + upstream + "' does not answer; it is tried again shortly.", upstream)
        .retryAfter(pause);
  }

  static ServiceException full(String upstream) {
    return unavailable(
            "The service '" + upstream + "' has all the calls that it may have open.", upstream)
        .retryAfter(Duration.ofSeconds(1));
  }

  private static ServiceException unavailable(String message, String upstream) {
    return ServiceException.of(
            Code.UNAVAILABLE, ErrorReason.ERROR_REASON_UPSTREAM_UNAVAILABLE, message)
        .with("upstream", upstream);
  }

  /** What a circuit breaker is told of a failure. */
  static Exception unanswered() {
    return new Unanswered();
  }

  private static final class Unanswered extends Exception {
    private static final long serialVersionUID = 1;

    Unanswered() {
      super("no answer", null, false, false);
    }
  }
}
