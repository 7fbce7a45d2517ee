package dev.kryonix.messaging.faults;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.kryonix.api.messaging.v1.Problem;
import dev.kryonix.testkit.check.Outcome;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;

/** What an answer says of a publish. */
final class Answers {
  private static final String NOBODY_KNOWS = "CONFIRM_TIMEOUT";

  private Answers() {}

  /** What a call's end says; one that must not occur at all is thrown again. */
  static Outcome of(Exception error) throws Exception {
    Code code = io.grpc.Status.fromThrowable(error).getCode();
    String reason = reason(error);
    if (reason.equals(NOBODY_KNOWS)) {
      return Outcome.UNKNOWN;
    }
    if (isForNow(code) && !reason.isEmpty()) {
      return Outcome.FAILED;
    }
    // The transport's own ends, when the service or the way to it has gone.
    if (code == Code.UNAVAILABLE || code == Code.DEADLINE_EXCEEDED) {
      return Outcome.UNKNOWN;
    }
    throw error;
  }

  /** What a publish stream says of one message. */
  static Outcome of(Problem problem) {
    if (problem.getReason().equals(NOBODY_KNOWS)) {
      return Outcome.UNKNOWN;
    }
    if (isForNow(io.grpc.Status.fromCodeValue(problem.getCode()).getCode())) {
      return Outcome.FAILED;
    }
    throw new AssertionError("a message of a stream ended with " + problem);
  }

  /**
   * Whether a refusal with this status means that nothing was done, and that it may be tried on.
   */
  private static boolean isForNow(Code code) {
    return code == Code.UNAVAILABLE || code == Code.RESOURCE_EXHAUSTED;
  }

  /** The reason that a refusal gives; empty when it gives none. */
  static String reason(Exception error) throws InvalidProtocolBufferException {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status != null) {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
    }
    return "";
  }
}
