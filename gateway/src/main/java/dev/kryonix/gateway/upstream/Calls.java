package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.limit.AddressLimits;
import dev.kryonix.gateway.limit.Peer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * Opens calls to the services. A unary call without a deadline gets the gateway's; a stream ends at
 * the latest with its caller's token or tenant.
 */
@Singleton
public final class Calls {
  private final CallExpiry expiry;
  private final AddressLimits addresses;
  private final GatewayConfig config;

  Calls(CallExpiry expiry, AddressLimits addresses, GatewayConfig config) {
    this.expiry = expiry;
    this.addresses = addresses;
    this.config = config;
  }

  /**
   * A call that is not started yet. A caller's deadline stands in the options or in the gRPC
   * context, which has taken the time already spent off it.
   */
  public ClientCall<Frame, Frame> open(
      Target target, CallOptions options, Admission.Admitted caller) {
    ClientCall<Frame, Frame> call = bounded(target, options, caller);
    return target.rpc().open() ? new Watched(call, caller.peer()) : call;
  }

  private ClientCall<Frame, Frame> bounded(
      Target target, CallOptions options, Admission.Admitted caller) {
    if (!target.rpc().unary()) {
      return expiry.bound(
          target.upstream().stream(target.method(), options),
          caller.principal(),
          target.rpc().tenantBound());
    }
    boolean ownDeadline = options.getDeadline() == null && Context.current().getDeadline() == null;
    CallOptions bounded =
        ownDeadline
            ? options.withDeadlineAfter(config.unaryDeadline().toMillis(), TimeUnit.MILLISECONDS)
            : options;
    return target.upstream().unary(target.method(), bounded, ownDeadline);
  }

  /**
   * A call without a token. When the service finds what it brings instead wrong, such as an API
   * key, or has found so too often, the address that it comes from is charged.
   */
  private final class Watched extends SimpleForwardingClientCall<Frame, Frame> {
    private final Peer peer;

    Watched(ClientCall<Frame, Frame> call, Peer peer) {
      super(call);
      this.peer = peer;
    }

    @Override
    public void start(Listener<Frame> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              if (status.getCode() == Status.Code.UNAUTHENTICATED
                  || status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                addresses.failed(peer);
              }
              super.onClose(status, trailers);
            }
          },
          headers);
    }
  }
}
