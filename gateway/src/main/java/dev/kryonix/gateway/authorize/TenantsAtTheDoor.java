package dev.kryonix.gateway.authorize;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * The gateway keeps nothing for a tenant, but follows the state stream, so that it can refuse a
 * suspended one.
 */
@Singleton
final class TenantsAtTheDoor implements TenantReconciler {
  @Override
  public void apply(TenantView desired, StepReporter steps) {
    // Nothing has to be made.
  }

  @Override
  public void remove(TenantUid uid, TenantId id, StepReporter steps) {
    // Nothing was made.
  }

  @Override
  public Map<String, Long> census(TenantUid uid, TenantId id) {
    return Map.of();
  }
}
