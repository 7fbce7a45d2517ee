package dev.kryonix.kit.policy;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Idempotency;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The policies of all RPCs that a process knows, by full method name. */
public final class MethodPolicies {
  /** What every service offers besides the contract; open to anyone who can reach the port. */
  private static final Set<String> INFRASTRUCTURE =
      Set.of(
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection");

  private final Map<String, MethodPolicy> byMethod;

  private MethodPolicies(Map<String, MethodPolicy> byMethod) {
    this.byMethod = Map.copyOf(byMethod);
  }

  /** Reads the policies of the services' methods. */
  public static MethodPolicies of(Iterable<ServiceDescriptor> services) {
    Map<String, MethodPolicy> policies = new HashMap<>();
    for (ServiceDescriptor service : services) {
      if (INFRASTRUCTURE.contains(service.getFullName())) {
        continue;
      }
      service.getMethods().stream()
          .map(MethodPolicy::of)
          .forEach(policy -> policies.put(policy.method(), policy));
    }
    return new MethodPolicies(policies);
  }

  /** The policy of a method, when the contract has it. */
  public Optional<MethodPolicy> find(String method) {
    return Optional.ofNullable(byMethod.get(method));
  }

  /**
   * The policy of a method that this process serves: the contract's, or that of health and
   * reflection.
   */
  public MethodPolicy of(String method) {
    return find(method).orElseGet(() -> infrastructure(method));
  }

  private static MethodPolicy infrastructure(String method) {
    if (!INFRASTRUCTURE.contains(method.substring(0, method.indexOf('/')))) {
      throw new IllegalStateException("no policy for " + method);
    }
    return new MethodPolicy(
        method, Exposure.EXPOSURE_PUBLIC, "", "", Idempotency.IDEMPOTENCY_NO_SIDE_EFFECTS, 1, true);
  }
}
