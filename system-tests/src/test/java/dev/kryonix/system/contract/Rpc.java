package dev.kryonix.system.contract;

import com.google.api.AnnotationsProto;
import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.api.policy.v1.Policy;
import dev.kryonix.api.policy.v1.PolicyProto;
import java.util.List;

/**
 * One RPC of the contracts.
 *
 * @param method its descriptor
 */
public record Rpc(MethodDescriptor method) {
  /** The full method name, such as {@code kryonix.cache.v1.CacheService/Get}. */
  public String name() {
    return method.getService().getFullName() + "/" + method.getName();
  }

  public boolean hasPolicy() {
    return method.getOptions().hasExtension(PolicyProto.policy);
  }

  public Policy policy() {
    return method.getOptions().getExtension(PolicyProto.policy);
  }

  public boolean isInternal() {
    return policy().getExposure() == Exposure.EXPOSURE_INTERNAL;
  }

  /** Whether it is reached over REST. */
  public boolean hasRoute() {
    return method.getOptions().hasExtension(AnnotationsProto.http);
  }

  /** Every way to reach it over REST. */
  public List<RestBinding> bindings() {
    return RestBinding.of(this);
  }

  /** The service that serves it, such as {@code cache} for {@code kryonix.cache.v1}. */
  public String service() {
    return method.getFile().getPackage().split("\\.", -1)[1];
  }

  @Override
  public String toString() {
    return name();
  }
}
