package dev.kryonix.system.platform;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.kryonix.system.gateway.RestAnswer;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * A refused call, the same over gRPC and REST.
 *
 * @param code the gRPC code
 * @param reason the ErrorInfo's reason
 * @param metadata the ErrorInfo's metadata
 * @param fields the fields that the BadRequest names
 * @param resource the name in the ResourceInfo, or empty
 * @param retryable whether it says when to come back
 */
public record Refusal(
    Code code,
    String reason,
    Map<String, String> metadata,
    List<String> fields,
    String resource,
    boolean retryable) {

  /** The refusal of a REST call; fails when it was answered with success. */
  public static Refusal of(RestAnswer answer) {
    if (answer.isOk()) {
      throw new AssertionError(answer.request() + " was not refused but answered " + answer.body());
    }
    return of(answer.error());
  }

  /** The refusal of a gRPC call; fails when it was answered with success. */
  public static Refusal ofCall(Callable<?> call) {
    Object answer;
    try {
      answer = call.call();
    } catch (StatusException | StatusRuntimeException e) {
      Status status = StatusProto.fromThrowable(e);
      return of(status == null ? Status.newBuilder().setCode(Code.UNKNOWN_VALUE).build() : status);
    } catch (Exception e) {
      throw new AssertionError("the call failed otherwise than with a status", e);
    }
    throw new AssertionError("the call was not refused but answered " + answer);
  }

  private static Refusal of(Status status) {
    String reason = "";
    Map<String, String> metadata = Map.of();
    List<String> fields = new ArrayList<>();
    String resource = "";
    boolean retryable = false;
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          metadata = info.getMetadataMap();
        } else if (detail.is(BadRequest.class)) {
          detail
              .unpack(BadRequest.class)
              .getFieldViolationsList()
              .forEach(violation -> fields.add(violation.getField()));
        } else if (detail.is(ResourceInfo.class)) {
          resource = detail.unpack(ResourceInfo.class).getResourceName();
        } else if (detail.is(RetryInfo.class)) {
          retryable = true;
        }
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError("an error detail cannot be read", e);
      }
    }
    return new Refusal(
        Code.forNumber(status.getCode()),
        reason,
        metadata,
        List.copyOf(fields),
        resource,
        retryable);
  }
}
