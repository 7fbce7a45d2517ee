package dev.kryonix.system.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import java.net.http.HttpHeaders;

/**
 * What a REST call was answered.
 *
 * @param request method and path, to say which call it was
 * @param status the HTTP status
 * @param headers the HTTP headers
 * @param body the body as text
 */
public record RestAnswer(String request, int status, HttpHeaders headers, String body) {
  /** Whether the call succeeded. */
  public boolean isOk() {
    return status / 100 == 2;
  }

  /** The answer as a message of the contract; throws what the platform refused the call with. */
  public <M extends Message> M as(M type) {
    if (!isOk()) {
      throw new RestRefusal(request, status, error());
    }
    try {
      return Json.read(body, type);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          request + " answered no " + type.getDescriptorForType().getName() + ": " + body, e);
    }
  }

  /** The error in the answer; an unknown one when the body is none. */
  public Status error() {
    try {
      return Json.read(body, Status.getDefaultInstance());
    } catch (InvalidProtocolBufferException e) {
      return Status.newBuilder()
          .setCode(com.google.rpc.Code.UNKNOWN_VALUE)
          .setMessage(body)
          .build();
    }
  }
}
