package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.protobuf.StatusProto;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Reads how calls were refused. */
final class Refusals {
  private Refusals() {}

  static void assertRefused(ThrowingCallable call, Code code, String reason) {
    Throwable error = catchThrowable(call);
    assertThat(error).isNotNull();
    assertThat(io.grpc.Status.fromThrowable(error).getCode()).as("%s", error).isEqualTo(code);
    assertThat(detail(error, ErrorInfo.class).getReason()).isEqualTo(reason);
  }

  /** As {@link #assertRefused}, where the caller is told when to come back. */
  static void assertRefusedForNow(ThrowingCallable call, Code code, String reason) {
    Throwable error = catchThrowable(call);
    assertRefused(
        () -> {
          throw error;
        },
        code,
        reason);
    assertThat(detail(error, RetryInfo.class).hasRetryDelay()).isTrue();
  }

  /** The only field that a call was refused for. */
  static String refusedField(ThrowingCallable call) {
    Throwable error = Objects.requireNonNull(catchThrowable(call), "not refused");
    BadRequest bad = detail(error, BadRequest.class);
    assertThat(bad.getFieldViolationsCount()).as("%s", bad).isEqualTo(1);
    return bad.getFieldViolations(0).getField();
  }

  private static <T extends com.google.protobuf.Message> T detail(Throwable error, Class<T> type) {
    Status status = Objects.requireNonNull(StatusProto.fromThrowable(error), "no details");
    for (Any each : status.getDetailsList()) {
      if (each.is(type)) {
        try {
          return each.unpack(type);
        } catch (InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    throw new AssertionError("no " + type.getSimpleName() + " in " + status);
  }
}
