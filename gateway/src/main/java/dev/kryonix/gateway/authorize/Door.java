package dev.kryonix.gateway.authorize;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.gateway.contract.Rpc;
import dev.kryonix.gateway.limit.AddressLimits;
import dev.kryonix.gateway.limit.Allowance;
import dev.kryonix.gateway.limit.LimitErrors;
import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.gateway.limit.TenantLimits;
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
  private final TenantLimits tenantLimits;
  private final AddressLimits addressLimits;
  private final Readiness readiness;

  Door(
      TokenVerifier tokens,
      Optional<TenantGate> tenants,
      TenantLimits tenantLimits,
      AddressLimits addressLimits,
      Readiness readiness) {
    this.tokens = tokens;
    this.tenants = tenants;
    this.tenantLimits = tenantLimits;
    this.addressLimits = addressLimits;
    this.readiness = readiness;
  }

  /** Decides, then goes on: on this thread or on another, in this gRPC context. */
  public void admit(Rpc rpc, Metadata headers, Peer peer, Consumer<Admission> then) {
    if (readiness.isDraining()) {
      then.accept(new Admission.Refused(CommonErrors.notServing("the gateway is stopping")));
      return;
    }
    String token;
    Optional<Principal> known;
    try {
      if (rpc.open()) {
        addressLimits.open(peer);
        then.accept(new Admission.Admitted(peer, Optional.empty(), Optional.empty()));
        return;
      }
      token = BearerToken.of(headers);
      known = tokens.remembered(token);
    } catch (ServiceException e) {
      then.accept(new Admission.Refused(e));
      return;
    }
    if (known.isPresent()) {
      then.accept(decide(rpc, headers, peer, known.get()));
    } else {
      Thread.startVirtualThread(
          Context.current().wrap(() -> then.accept(verify(rpc, headers, peer, token))));
    }
  }

  /** An address that has failed too often is refused before anything is computed for it. */
  private Admission verify(Rpc rpc, Metadata headers, Peer peer, String token) {
    try {
      addressLimits.attempt(peer);
      Principal principal = tokens.verify(token);
      addressLimits.passed(peer);
      return decide(rpc, headers, peer, principal);
    } catch (ServiceException e) {
      return new Admission.Refused(e);
    } catch (RuntimeException e) {
      return new Admission.Refused(WireErrors.of(e, rpc.name()));
    }
  }

  private Admission decide(Rpc rpc, Metadata headers, Peer peer, Principal principal) {
    try {
      Principal caller = CallerInterceptor.actingAs(principal, headers);
      Authorization.check(rpc.policy(), caller);
      if (caller.tenant().isPresent()) {
        tenants.ifPresent(
            gate -> {
              if (rpc.tenantBound()) {
                admit(gate, caller);
              } else {
                gate.requireUnrevoked(caller);
              }
            });
      }
      Optional<Allowance> allowance = tenantLimits.take(caller, rpc.policy().cost());
      return allowance.isEmpty() || allowance.get().passes()
          ? new Admission.Admitted(peer, Optional.of(caller), allowance)
          : new Admission.Refused(LimitErrors.tenant(allowance.get()), allowance);
    } catch (ServiceException e) {
      return new Admission.Refused(e);
    }
  }

  /**
   * A tenant that the gateway has not heard of yet may be known to the service already: a tenant is
   * active once the services have it, and nobody waits for the gateways. The service decides.
   */
  private static void admit(TenantGate gate, Principal caller) {
    try {
      gate.admit(caller);
    } catch (ServiceException e) {
      if (e.reason() != ErrorReason.ERROR_REASON_TENANT_NOT_READY) {
        throw e;
      }
    }
  }
}
