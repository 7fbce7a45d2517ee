package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.access.AccessLog;
import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.authorize.Door;
import dev.kryonix.gateway.authorize.ForwardedHeaders;
import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.gateway.limit.TrustedProxies;
import dev.kryonix.gateway.upstream.Calls;
import dev.kryonix.gateway.upstream.Frame;
import dev.kryonix.gateway.upstream.Target;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.server.RefusableCall;
import dev.kryonix.kit.server.ServerConfig;
import dev.kryonix.kit.telemetry.RpcMetrics;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import jakarta.inject.Singleton;

/** Begins the forwarding of a call once the door has let it in. */
@Singleton
final class CallStarter {
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> FORWARDED_FOR =
      Metadata.Key.of("x-forwarded-for", Metadata.ASCII_STRING_MARSHALLER);

  private final Door door;
  private final Calls calls;
  private final TrustedProxies proxies;
  private final AccessLog log;
  private final RpcMetrics metrics;
  private final int maxMessageBytes;

  CallStarter(
      Door door,
      Calls calls,
      TrustedProxies proxies,
      AccessLog log,
      RpcMetrics metrics,
      ServerConfig server) {
    this.log = log;
    this.metrics = metrics;
    this.door = door;
    this.calls = calls;
    this.proxies = proxies;
    this.maxMessageBytes = server.maxMessageBytes();
  }

  ServerCall.Listener<Frame> start(
      Target target, ServerCall<Frame, Frame> caller, Metadata headers) {
    CallRecord record = Records.of(caller, headers, log);
    record.rpc(target.rpc().name());
    RefusableCall<Frame, Frame> call = RefusableCall.of(new ObservedCall(caller, record, metrics));
    ServiceException malformed = TimeoutCheck.refusal(headers);
    if (malformed != null) {
      return refused(call, malformed);
    }
    LateListener<Frame> listener = new LateListener<>();
    Peer peer =
        proxies.caller(
            call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR), headers.get(FORWARDED_FOR));
    record.peer(peer);
    door.admit(
        target.rpc(),
        headers,
        peer,
        admission -> listener.is(guarded(target, call, record, headers, admission)));
    return listener.orEarlier();
  }

  /** On a virtual thread nobody else would end a call that threw. */
  private ServerCall.Listener<Frame> guarded(
      Target target,
      RefusableCall<Frame, Frame> call,
      CallRecord record,
      Metadata headers,
      Admission admission) {
    try {
      return decided(target, call, record, headers, admission);
    } catch (RuntimeException e) {
      return refused(call, WireErrors.of(e, target.rpc().name()));
    }
  }

  private static ServerCall.Listener<Frame> refused(
      RefusableCall<Frame, Frame> call, ServiceException why) {
    call.refuse(why);
    return new ServerCall.Listener<>() {};
  }

  private ServerCall.Listener<Frame> decided(
      Target target,
      RefusableCall<Frame, Frame> call,
      CallRecord record,
      Metadata headers,
      Admission admission) {
    return switch (admission) {
      case Admission.Refused(ServiceException why, var allowance) -> refused(call, why);
      case Admission.Admitted admitted -> {
        admitted.principal().ifPresent(record::caller);
        CallOptions options = options(headers);
        ForwardedHeaders.strip(headers);
        ForwardedHeaders.source(headers, admitted.peer());
        ClientCall<Frame, Frame> up = calls.open(target, options, admitted);
        yield Forwarding.begin(
            call,
            record,
            up,
            headers,
            new Forwarding.Upstream(target.upstream().name(), maxMessageBytes));
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
