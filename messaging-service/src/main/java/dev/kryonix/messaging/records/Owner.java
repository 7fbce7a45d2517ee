package dev.kryonix.messaging.records;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;

/**
 * Whose rows are meant. The id opens row level security; the uid tells them from those of another
 * tenant that had or has the same id.
 */
public record Owner(TenantId id, TenantUid uid) {
  public static Owner of(TenantView tenant) {
    return new Owner(tenant.id(), tenant.uid());
  }
}
