package dev.kryonix.gateway.transcode;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.kryonix.kit.errors.ServiceException;
import java.util.OptionalLong;

/** The HTTP status of a google.rpc.Status. */
public final class HttpStatuses {
  private HttpStatuses() {}

  /** By the code; where HTTP has a finer word for a reason of the gateway's own, by the reason. */
  public static int of(Status status) {
    return switch (reason(status)) {
      case "HTTP_METHOD_NOT_ALLOWED" -> 405;
      case "CONTENT_TYPE_UNSUPPORTED" -> 415;
      case "MESSAGE_TOO_LARGE" -> 413;
      case "REQUEST_TIMEOUT" -> 408;
      case "URL_TOO_LONG" -> 414;
      case "HEADERS_TOO_LARGE" -> 431;
      default -> ofCode(status.getCode());
    };
  }

  static int ofCode(int code) {
    Code known = Code.forNumber(code);
    return switch (known == null ? Code.UNKNOWN : known) {
      case OK -> 200;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case UNKNOWN, INTERNAL, DATA_LOSS, UNRECOGNIZED -> 500;
    };
  }

  /** When the call may succeed, in whole seconds rounded up, as the header Retry-After has it. */
  public static OptionalLong retryAfterSeconds(Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(RetryInfo.class)) {
        try {
          Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          return OptionalLong.of(delay.getSeconds() + (delay.getNanos() > 0 ? 1 : 0));
        } catch (InvalidProtocolBufferException e) {
          return OptionalLong.empty();
        }
      }
    }
    return OptionalLong.empty();
  }

  private static String reason(Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          return info.getDomain().equals(ServiceException.DOMAIN) ? info.getReason() : "";
        } catch (InvalidProtocolBufferException e) {
          return "";
        }
      }
    }
    return "";
  }
}
