package dev.kryonix.gateway.upstream;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;

/**
 * The end of a call to a service, as the caller may see it. What the service said passes unchanged;
 * what gRPC here says of the connection is put in our own words, as it would name hosts.
 */
public record UpstreamStatus(Status status, Metadata trailers) {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** Translates the end of a call. */
  public static UpstreamStatus of(String upstream, Status status, Metadata trailers) {
    Optional<ServiceException> refusal = refusal(status);
    if (refusal.isPresent()) {
      return of(refusal.get());
    }
    if (status.isOk() || isOfService(trailers)) {
      return new UpstreamStatus(status, trailers);
    }
    return switch (status.getCode()) {
      case UNAVAILABLE -> of(CommonErrors.upstreamUnavailable(upstream, status.asException()));
      case DEADLINE_EXCEEDED -> of(deadline(upstream));
      case RESOURCE_EXHAUSTED ->
          status.getCause() == null && !isOversized(status)
              ? new UpstreamStatus(status, trailers)
              : of(oversizedAnswer(upstream));
      // With a cause it is the caller's own leaving, which also ends what it had asked of the
      // service.
      case CANCELLED ->
          status.getCause() == null
              ? new UpstreamStatus(status, trailers)
              : new UpstreamStatus(
                  Status.CANCELLED.withDescription("the caller went away"), trailers);
      case INTERNAL, UNKNOWN ->
          status.getCause() == null
              ? new UpstreamStatus(status, trailers)
              : of(CommonErrors.upstreamUnavailable(upstream, status.asException()));
      default -> new UpstreamStatus(status, trailers);
    };
  }

  /** Whether the end came with details, which only a service gives. */
  static boolean isOfService(Metadata trailers) {
    return trailers.containsKey(DETAILS);
  }

  private static UpstreamStatus of(ServiceException refusal) {
    return new UpstreamStatus(
        WireErrors.status(refusal), WireErrors.trailers(refusal, new Metadata()));
  }

  /** The gateway ends a call of its own accord by cancelling it with the refusal as the cause. */
  private static Optional<ServiceException> refusal(Status status) {
    return status.getCause() instanceof ServiceException refusal
        ? Optional.of(refusal)
        : Optional.empty();
  }

  private static ServiceException deadline(String upstream) {
    return ServiceException.of(
            Status.Code.DEADLINE_EXCEEDED,
            ErrorReason.ERROR_REASON_UPSTREAM_UNAVAILABLE,
            "The deadline ended before the service '"
                + upstream
                + "' answered; whether the work was done is unknown.")
        .with("upstream", upstream);
  }

  /** How grpc-java's deframer names a message over the limit; it gives no cause. */
  private static boolean isOversized(Status status) {
    return status.getDescription() != null
        && status.getDescription().startsWith("gRPC message exceeds maximum size");
  }

  private static ServiceException oversizedAnswer(String upstream) {
    return ServiceException.of(
            Status.Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
            "The answer of the service '" + upstream + "' is over the size limit.")
        .with("upstream", upstream);
  }
}
