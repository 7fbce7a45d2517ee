package dev.kryonix.cache.provisioning;

import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * A tenant needs nothing in Redis before its first entry; what it has left is erased when it goes.
 */
@Singleton
final class CacheReconciler implements TenantReconciler {
  private final EntryStore store;

  CacheReconciler(EntryStore store) {
    this.store = store;
  }

  @Override
  public void apply(TenantView desired, StepReporter steps) throws ReconcileException {
    steps.run("namespace", () -> reach(() -> store.usage(space(desired.id(), desired.uid()))));
  }

  @Override
  public void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException {
    steps.run("entries", () -> reach(() -> store.erase(space(id, uid))));
  }

  @Override
  public Map<String, Long> census(TenantUid uid, TenantId id) throws ReconcileException {
    long[] keys = new long[1];
    reach(() -> keys[0] = store.count(space(id, uid)));
    return Map.of("cache.keys", keys[0]);
  }

  private static TenantSpace space(TenantId id, TenantUid uid) {
    return new TenantSpace(id, uid);
  }

  private static void reach(Runnable step) throws ReconcileException {
    try {
      step.run();
    } catch (ServiceException e) {
      throw new ReconcileException("RedisUnavailable", "Redis cannot be reached", e);
    }
  }
}
