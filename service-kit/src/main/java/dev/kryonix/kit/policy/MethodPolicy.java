package dev.kryonix.kit.policy;

import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.api.policy.v1.Policy;
import dev.kryonix.api.policy.v1.PolicyProto;
import dev.kryonix.kit.identity.Principal;

/**
 * The policy of one RPC, as its contract states it.
 *
 * @param method the full method name, such as {@code kryonix.cache.v1.CacheService/Get}
 * @param exposure who may reach it
 * @param scope the scope it needs, or empty
 * @param tenantField the path of the request field that names a tenant, or empty
 * @param idempotency whether a call may be repeated
 * @param cost what a call takes from the request budget
 * @param anyTenantState whether the tenant may be in any state
 */
public record MethodPolicy(
    String method,
    Exposure exposure,
    String scope,
    String tenantField,
    Idempotency idempotency,
    int cost,
    boolean anyTenantState) {

  /** Reads the option of a method; a method without one is a defect of the contract. */
  static MethodPolicy of(MethodDescriptor method) {
    String name = method.getService().getFullName() + "/" + method.getName();
    if (!method.getOptions().hasExtension(PolicyProto.policy)) {
      throw new IllegalStateException("the contract gives no policy for " + name);
    }
    Policy policy = method.getOptions().getExtension(PolicyProto.policy);
    return new MethodPolicy(
        name,
        policy.getExposure(),
        scope(policy),
        policy.getTenantField(),
        policy.getIdempotency(),
        Math.max(1, policy.getCost()),
        policy.getAnyTenantState());
  }

  private static String scope(Policy policy) {
    boolean platform = policy.getExposure() == Exposure.EXPOSURE_PLATFORM;
    return platform && policy.getScope().isEmpty() ? Principal.PLATFORM_ADMIN : policy.getScope();
  }
}
