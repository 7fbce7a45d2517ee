package dev.kryonix.gateway.authorize;

import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.identity.BearerToken;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TokenVerifier;
import dev.kryonix.kit.policy.Authorization;
import dev.kryonix.kit.policy.CallerInterceptor;
import dev.kryonix.kit.policy.TenantGate;
import dev.kryonix.kit.server.Readiness;
import io.grpc.Context;
import io.grpc.Metadata;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decides whether a call may pass, by the same policy that the services enforce. A token that was
 * verified before is decided on the calling thread; a new one on a virtual thread, because its
 * check computes for a millisecond and may have to ask for keys.
 */
@Singleton
public final class Door {
  private final TokenVerifier tokens;
  private final Optional<TenantGate> tenants;
  private final Readiness readiness;

  Door(TokenVerifier tokens, Optional<TenantGate> tenants, Readiness readiness) {
    this.tokens = tokens;
    this.tenants = tenants;
    this.readiness = readiness;
  }

  /** Decides, then goes on: on this thread or on another, in this gRPC context. */
  public void admit(Rpc rpc, Metadata headers, Consumer<Admission> then) {
    if (readiness.isDraining()) {
      then.accept(new Admission.Refused(CommonErrors.notServing("the gateway is stopping")));
      return;
    }
    if (rpc.open()) {
      then.accept(new Admission.Admitted(Optional.empty()));
      return;
    }
    String token;
    Optional<Principal> known;
    try {
      token = BearerToken.of(headers);
      known = tokens.remembered(token);
    } catch (ServiceException e) {
      then.accept(new Admission.Refused(e));
      return;
    }
    if (known.isPresent()) {
      then.accept(decide(rpc, headers, known.get()));
    } else {
      Thread.startVirtualThread(
          Context.current().wrap(() -> then.accept(verify(rpc, headers, token))));
    }
  }

  private Admission verify(Rpc rpc, Metadata headers, String token) {
    try {
      return decide(rpc, headers, tokens.verify(token));
    } catch (ServiceException e) {
      return new Admission.Refused(e);
    } catch (RuntimeException e) {
      return new Admission.Refused(WireErrors.of(e, rpc.name()));
    }
  }

  private Admission decide(Rpc rpc, Metadata headers, Principal principal) {
    try {
      Principal caller =
          CallerInterceptor.actingAs(principal, headers.get(CallerInterceptor.ACT_AS));
      Authorization.check(rpc.policy(), caller);
      if (rpc.tenantBound() && caller.tenant().isPresent()) {
        tenants.ifPresent(gate -> gate.admit(caller));
      }
      return new Admission.Admitted(Optional.of(caller));
    } catch (ServiceException e) {
      return new Admission.Refused(e);
    }
  }
}
