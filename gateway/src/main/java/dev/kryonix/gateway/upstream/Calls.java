package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.kit.identity.Principal;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Opens calls to the services. A unary call without a deadline gets the gateway's; a stream ends at
 * the latest with its caller's token or tenant.
 */
@Singleton
public final class Calls {
  private final CallExpiry expiry;
  private final GatewayConfig config;

  Calls(CallExpiry expiry, GatewayConfig config) {
    this.expiry = expiry;
    this.config = config;
  }

  /**
   * A call that is not started yet. A caller's deadline stands in the options or in the gRPC
   * context, which has taken the time already spent off it.
   */
  public ClientCall<Frame, Frame> open(
      Target target, CallOptions options, Optional<Principal> principal) {
    if (!target.rpc().unary()) {
      return expiry.bound(target, target.upstream().call(target.method(), options), principal);
    }
    boolean bounded = options.getDeadline() != null || Context.current().getDeadline() != null;
    return target
        .upstream()
        .call(
            target.method(),
            bounded
                ? options
                : options.withDeadlineAfter(
                    config.unaryDeadline().toMillis(), TimeUnit.MILLISECONDS));
  }
}
