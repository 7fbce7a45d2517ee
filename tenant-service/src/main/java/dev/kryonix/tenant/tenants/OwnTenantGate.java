package dev.kryonix.tenant.tenants;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.policy.TenantGate;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Knows which tenants are served from the truth itself. */
@Singleton
public final class OwnTenantGate implements TenantGate {
  private final Tenants tenants;

  OwnTenantGate(Tenants tenants) {
    this.tenants = tenants;
  }

  @Override
  public Principal admit(Principal principal) {
    TenantId id = principal.requireTenant();
    Tenant tenant = tenants.get(id, principal);
    switch (tenant.phase()) {
      case PROVISIONING, ACTIVE -> {}
      case SUSPENDED -> throw TenantErrors.suspended(id);
      case DELETING, PURGED -> throw TenantErrors.deleted(id);
    }
    return principal.actingAs() ? principal.actAs(id, Optional.of(tenant.uid())) : principal;
  }
}
