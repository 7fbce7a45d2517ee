package dev.kryonix.backup.catalogue;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;

/**
 * Whose a backup is: a tenant by id and uid, so that a later tenant of the same id sees nothing.
 */
public record Owner(TenantId id, TenantUid uid) {
  public static Owner of(TenantView view) {
    return new Owner(view.id(), view.uid());
  }
}
