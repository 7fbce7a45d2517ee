package dev.kryonix.kit.policy;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;

/**
 * Enforces the contract's policy: exposure and scope, the tenant's state, and the tenant that a
 * request names.
 */
public final class PolicyInterceptor implements ServerInterceptor {
  private final MethodPolicies policies;
  private final Optional<TenantGate> tenants;
  private final Optional<ActingGate> acting;

  public PolicyInterceptor(
      MethodPolicies policies, Optional<TenantGate> tenants, Optional<ActingGate> acting) {
    this.policies = policies;
    this.tenants = tenants;
    this.acting = acting;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodPolicy policy = policies.of(call.getMethodDescriptor().getFullMethodName());
    if (policy.exposure() == Exposure.EXPOSURE_PUBLIC) {
      return next.startCall(call, headers);
    }
    Principal caller = Callers.current();
    Authorization.check(policy, caller);
    Principal admitted = admit(policy, caller);
    ServerCall.Listener<Q> listener =
        admitted == caller
            ? next.startCall(call, headers)
            : Contexts.interceptCall(
                Callers.with(Context.current(), admitted), call, headers, next);
    boolean namesTenant =
        !policy.tenantField().isEmpty() && policy.exposure() == Exposure.EXPOSURE_TENANT;
    return namesTenant ? new NamedTenantCheck<>(listener, policy, admitted) : listener;
  }

  private Principal admit(MethodPolicy policy, Principal caller) {
    boolean inTenant = policy.exposure() == Exposure.EXPOSURE_TENANT && caller.tenant().isPresent();
    if (!inTenant) {
      return caller;
    }
    if (policy.anyTenantState()) {
      tenants.ifPresent(gate -> gate.requireUnrevoked(caller));
      return caller;
    }
    Principal admitted = tenants.map(gate -> gate.admit(caller)).orElse(caller);
    if (admitted.actingAs()) {
      acting.ifPresent(gate -> gate.admit(admitted, policy));
    }
    return admitted;
  }

  private static final class NamedTenantCheck<Q> extends SimpleForwardingServerCallListener<Q> {
    private final MethodPolicy policy;
    private final Principal caller;

    NamedTenantCheck(ServerCall.Listener<Q> delegate, MethodPolicy policy, Principal caller) {
      super(delegate);
      this.policy = policy;
      this.caller = caller;
    }

    @Override
    public void onMessage(Q message) {
      Authorization.checkNamedTenant(caller, named((Message) message));
      super.onMessage(message);
    }

    private String named(Message message) {
      Object value = message;
      for (String step : policy.tenantField().split("\\.", -1)) {
        Message parent = (Message) value;
        FieldDescriptor field = parent.getDescriptorForType().findFieldByName(step);
        if (field == null) {
          throw new IllegalStateException(
              policy.method() + " has no field " + policy.tenantField());
        }
        value = parent.getField(field);
      }
      return (String) value;
    }
  }
}
