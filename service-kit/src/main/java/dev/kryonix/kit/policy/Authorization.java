package dev.kryonix.kit.policy;

import dev.kryonix.api.policy.v1.Exposure;
import dev.kryonix.kit.identity.Principal;

/**
 * Decides, from the contract's policy alone, whether a principal may make a call. Default is to
 * refuse.
 */
public final class Authorization {
  private Authorization() {}

  /** Refuses with PERMISSION_DENIED a principal that the policy does not admit. */
  public static void check(MethodPolicy policy, Principal principal) {
    switch (policy.exposure()) {
      case EXPOSURE_PUBLIC -> {}
      case EXPOSURE_INTERNAL -> {
        if (principal.kind() != Principal.Kind.SERVICE) {
          throw PolicyErrors.internalOnly();
        }
      }
      case EXPOSURE_PLATFORM -> {
        if (principal.kind() != Principal.Kind.PLATFORM || !principal.hasScope(policy.scope())) {
          throw PolicyErrors.scopeMissing(policy.scope());
        }
      }
      case EXPOSURE_TENANT -> checkTenant(policy, principal);
      case EXPOSURE_UNSPECIFIED, UNRECOGNIZED -> throw PolicyErrors.internalOnly();
    }
  }

  /** Refuses a caller that names another tenant in the request than its own. */
  static void checkNamedTenant(Principal principal, String named) {
    boolean own = principal.tenant().isPresent() && principal.requireTenant().value().equals(named);
    if (!own && !principal.isPlatformAdmin()) {
      throw PolicyErrors.otherTenant();
    }
  }

  private static void checkTenant(MethodPolicy policy, Principal principal) {
    if (principal.kind() == Principal.Kind.SERVICE) {
      throw PolicyErrors.noTenant();
    }
    if (!principal.hasScope(policy.scope())) {
      throw PolicyErrors.scopeMissing(policy.scope());
    }
    boolean namedInRequest = !policy.tenantField().isEmpty() && principal.isPlatformAdmin();
    if (principal.tenant().isEmpty() && !namedInRequest) {
      throw PolicyErrors.noTenant();
    }
  }

  /** Whether the exposure lets a call in that came through the gateway. */
  public static boolean isReachableFromOutside(MethodPolicy policy) {
    return policy.exposure() != Exposure.EXPOSURE_INTERNAL
        && policy.exposure() != Exposure.EXPOSURE_UNSPECIFIED;
  }
}
