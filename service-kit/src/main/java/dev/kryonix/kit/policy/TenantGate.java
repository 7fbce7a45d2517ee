package dev.kryonix.kit.policy;

import dev.kryonix.kit.identity.Principal;

/**
 * Knows which tenants are served now. Services ask their copy of the desired state; the tenant
 * service its own truth.
 */
public interface TenantGate {
  /**
   * Refuses a call in a tenant that is suspended, deleted or not ready, or whose uid is no longer
   * the token's.
   *
   * @return the principal with the tenant's uid
   */
  Principal admit(Principal principal);
}
