package dev.kryonix.cache.entry;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;

/** The modules that a tenant may keep entries of. */
@Singleton
public final class Modules {
  private final Catalog catalog;

  Modules(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Refuses a module that there is not, or that the tenant has not. */
  public void require(TenantView tenant, String module) {
    require(tenant, module, "module");
  }

  /** Refuses the same, and names the field of the request that has it. */
  void require(TenantView tenant, String module, String field) {
    if (catalog.module(module).isEmpty()) {
      throw EntryErrors.moduleUnknown(module, field);
    }
    if (!tenant.hasModule(module) && !module.equals(Catalog.MOBILE)) {
      throw EntryErrors.moduleNotEnabled(module);
    }
  }
}
