package dev.kryonix.gateway.contract;

import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.PolicyProto;
import dev.kryonix.kit.policy.Authorization;
import dev.kryonix.kit.policy.MethodPolicy;
import java.util.List;
import java.util.Optional;

/**
 * One RPC of the contracts.
 *
 * @param name the full method name, such as {@code kryonix.cache.v1.CacheService/Get}
 * @param upstream the name of the service that serves it, such as {@code cache}
 * @param method its descriptor
 * @param policy who may call it
 * @param rules its HTTP rules: the main one, then the additional bindings
 */
public record Rpc(
    String name,
    String upstream,
    MethodDescriptor method,
    MethodPolicy policy,
    List<HttpRule> rules) {
  public Rpc {
    rules = List.copyOf(rules);
  }

  /**
   * Whether only services of the platform may call it; the gateway then behaves as if there were no
   * such RPC.
   */
  public boolean internal() {
    return !Authorization.isReachableFromOutside(policy);
  }

  /** Whether anyone may call it, without a token. */
  public boolean open() {
    return policy.exposure() == Exposure.EXPOSURE_PUBLIC;
  }

  /** Whether the caller's tenant must be in a state to be served. */
  public boolean tenantBound() {
    return policy.exposure() == Exposure.EXPOSURE_TENANT && !policy.anyTenantState();
  }

  /** Whether neither side streams. */
  public boolean unary() {
    return !method.isClientStreaming() && !method.isServerStreaming();
  }

  /** The field that says where in a stream a message stands, in request and answer alike. */
  public Optional<String> cursorField() {
    return Optional.of(method.getOptions().getExtension(PolicyProto.policy).getCursorField())
        .filter(name -> !name.isEmpty());
  }

  /** The path of the answer's field that holds the etag of what was read. */
  public Optional<String> etagField() {
    return Optional.of(method.getOptions().getExtension(PolicyProto.policy).getEtagField())
        .filter(path -> !path.isEmpty());
  }
}
