package dev.kryonix.kit.policy;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import java.util.function.Consumer;

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

  /**
   * Refuses a call by a key or token that has been revoked, whatever state its tenant is in. What
   * is not known here is not refused.
   */
  default void requireUnrevoked(Principal principal) {}

  /**
   * Tells of each tenant of which something has changed: its state, its keys, its being there. What
   * listens returns soon.
   */
  default void onChange(Consumer<TenantId> listener) {}
}
