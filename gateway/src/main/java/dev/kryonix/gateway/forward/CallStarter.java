package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.authorize.Door;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.upstream.Calls;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.server.ServerConfig;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import jakarta.inject.Singleton;

/** Begins the forwarding of a call once the door has let it in. */
@Singleton
final class CallStarter {
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

  private final Door door;
  private final Calls calls;
  private final int maxMessageBytes;

  CallStarter(Door door, Calls calls, ServerConfig server) {
    this.door = door;
    this.calls = calls;
    this.maxMessageBytes = server.maxMessageBytes();
  }

  ServerCall.Listener<Frame> start(Target target, ServerCall<Frame, Frame> call, Metadata headers) {
    LateListener<Frame> listener = new LateListener<>();
    door.admit(
        target.rpc(), headers, admission -> listener.is(guarded(target, call, headers, admission)));
    return listener.orEarlier();
  }

  /** On a virtual thread nobody else would end a call that threw. */
  private ServerCall.Listener<Frame> guarded(
      Target target, ServerCall<Frame, Frame> call, Metadata headers, Admission admission) {
    try {
      return decided(target, call, headers, admission);
    } catch (RuntimeException e) {
      return refused(call, WireErrors.of(e, target.rpc().name()));
    }
  }

  private static ServerCall.Listener<Frame> refused(
      ServerCall<Frame, Frame> call, ServiceException why) {
    call.close(WireErrors.status(why), WireErrors.trailers(why, new Metadata()));
    return new ServerCall.Listener<>() {};
  }

  private ServerCall.Listener<Frame> decided(
      Target target, ServerCall<Frame, Frame> call, Metadata headers, Admission admission) {
    return switch (admission) {
      case Admission.Refused(ServiceException why) -> refused(call, why);
      case Admission.Admitted(var principal) -> {
        ClientCall<Frame, Frame> up = calls.open(target, options(headers), principal);
        ForwardedHeaders.strip(headers);
        yield Forwarding.begin(
            call, up, headers, new Forwarding.Upstream(target.upstream().name(), maxMessageBytes));
      }
    };
  }

  private static CallOptions options(Metadata headers) {
    String encoding = headers.get(ENCODING);
    boolean compressed =
        encoding != null && !encoding.equals(Codec.Identity.NONE.getMessageEncoding());
    return compressed ? CallOptions.DEFAULT.withCompression(encoding) : CallOptions.DEFAULT;
  }
}
