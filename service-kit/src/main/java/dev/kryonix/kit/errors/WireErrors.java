package dev.kryonix.kit.errors;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.errors.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever ended a call into the status and trailers that the caller sees. */
public final class WireErrors {
  /** Where gRPC carries the google.rpc.Status. */
  public static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private static final Metadata.Key<byte[]> DETAILS_BYTES =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Logger LOG = LoggerFactory.getLogger(WireErrors.class);

  private WireErrors() {}

  /**
   * The caller's view of an exception. A defect is logged here, once, under an id that the caller
   * is told.
   */
  public static ServiceException of(Throwable thrown, String method) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof ServiceException known) {
        return known;
      }
      if (t instanceof InvalidProtocolBufferException) {
        return ServiceException.of(
            Status.Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            "The message is not a valid encoding of the method's request type.");
      }
    }
    Status status = statusOf(thrown);
    return switch (status.getCode()) {
      case UNAVAILABLE -> CommonErrors.upstreamUnavailable("platform", thrown);
      case DEADLINE_EXCEEDED ->
          ServiceException.of(
              Status.Code.DEADLINE_EXCEEDED,
              ErrorReason.ERROR_REASON_UPSTREAM_UNAVAILABLE,
              "The deadline ended before the answer; whether the work was done is unknown.");
      case RESOURCE_EXHAUSTED ->
          ServiceException.of(
              Status.Code.RESOURCE_EXHAUSTED,
              ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE,
              "A message or a resource is over its limit.");
      case CANCELLED ->
          ServiceException.of(
              Status.Code.CANCELLED,
              ErrorReason.ERROR_REASON_NOT_SERVING,
              "The call was cancelled.");
      default -> defect(thrown, method);
    };
  }

  /** The status of a refusal for gRPC. */
  public static Status status(ServiceException e) {
    return e.code().toStatus().withDescription(e.getMessage());
  }

  /** The trailers of a refusal. */
  public static Metadata trailers(ServiceException e, Metadata into) {
    into.discardAll(DETAILS_BYTES);
    into.put(DETAILS_BYTES, e.bytes());
    return into;
  }

  /** A refusal as the exception that gRPC's observers and interceptors take. */
  public static StatusRuntimeException exception(ServiceException e) {
    return status(e).asRuntimeException(trailers(e, new Metadata()));
  }

  static boolean hasDetails(Metadata trailers) {
    return trailers.containsKey(DETAILS_BYTES);
  }

  private static Status statusOf(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof StatusRuntimeException e) {
        return e.getStatus();
      }
      if (t instanceof StatusException e) {
        return e.getStatus();
      }
    }
    return Status.UNKNOWN;
  }

  private static ServiceException defect(Throwable thrown, String method) {
    String incident = HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextLong());
    LOG.error("incident {} in {}", incident, method, thrown);
    return ServiceException.of(
            Status.Code.INTERNAL,
            ErrorReason.ERROR_REASON_INTERNAL_DEFECT,
            "An error of ours; please report incident " + incident + ".")
        .with("incident", incident);
  }
}
