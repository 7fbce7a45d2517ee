package dev.kryonix.backup.source;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;

/** What a source's status says: its own reason, or that it cannot be reached. */
final class SourceStatus {
  private static final String UNREACHABLE = "UPSTREAM_UNAVAILABLE";

  private SourceStatus() {}

  static SourceException toException(Source source, StatusRuntimeException e) {
    Status status = e.getStatus();
    String description = status.getDescription();
    String message =
        "The source '"
            + source.id()
            + "' answered "
            + status.getCode()
            + (description == null ? "" : ": " + description);
    return new SourceException(source, reason(e).orElse(UNREACHABLE), message, e);
  }

  private static Optional<String> reason(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return Optional.of(detail.unpack(ErrorInfo.class).getReason());
        } catch (InvalidProtocolBufferException malformed) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
