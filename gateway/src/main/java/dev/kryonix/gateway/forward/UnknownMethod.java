package dev.kryonix.gateway.forward;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.gateway.access.AccessLog;
import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Upstream;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status.Code;

/**
 * The answer to a call of a method that is not in the contract, or not for callers from outside.
 */
final class UnknownMethod {
  private static final int LONGEST_NAME = 200;

  private UnknownMethod() {}

  static ServerMethodDefinition<Frame, Frame> of(String name, AccessLog log) {
    return ServerMethodDefinition.create(
        Upstream.method(name),
        (call, headers) -> {
          ServiceException refusal = error(name);
          CallRecord record = Records.of(call, headers, log);
          record.refused(refusal);
          if (record.endsWithCall()) {
            record.end();
          }
          call.close(WireErrors.status(refusal), WireErrors.trailers(refusal, new Metadata()));
          return new ServerCall.Listener<>() {};
        });
  }

  private static ServiceException error(String name) {
    String brief = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    return ServiceException.of(
        Code.UNIMPLEMENTED,
        ErrorReason.ERROR_REASON_METHOD_UNKNOWN,
        "No method '" + brief + "'; server reflection lists what there is.");
  }
}
