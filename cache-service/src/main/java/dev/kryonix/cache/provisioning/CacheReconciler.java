package dev.kryonix.cache.provisioning;

import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.Leftovers;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.insight.FigureStore;
import dev.kryonix.cache.snapshot.Relocation;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantReconciler;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tenant needs nothing in Redis before its first entry; what it has left is erased when it goes.
 */
@Singleton
final class CacheReconciler implements TenantReconciler {
  private final EntryStore store;
  private final Leftovers leftovers;
  private final Spaces spaces;
  private final FigureStore figures;
  private final Relocation relocation;

  CacheReconciler(
      EntryStore store,
      Leftovers leftovers,
      Spaces spaces,
      FigureStore figures,
      Relocation relocation) {
    this.store = store;
    this.leftovers = leftovers;
    this.spaces = spaces;
    this.figures = figures;
    this.relocation = relocation;
  }

  @Override
  public void apply(TenantView desired, StepReporter steps) throws ReconcileException {
    steps.run("namespace", () -> reach(() -> leaveOtherLayouts(desired)));
  }

  /**
   * After a change of plan the tenant may be spread over another number of buckets; what lies in
   * the old ones is found no more, and must not be found again after the next change. What is no
   * cache's to lose is taken along.
   */
  private void leaveOtherLayouts(TenantView desired) {
    TenantSpace used = spaces.of(desired);
    for (TenantSpace layout : spaces.everyLayout(desired.id(), desired.uid())) {
      if (layout.spread() != used.spread()) {
        relocation.from(layout, desired);
        store.erase(layout);
      }
    }
    store.usage(used);
  }

  @Override
  public void remove(TenantUid uid, TenantId id, StepReporter steps) throws ReconcileException {
    steps.run("entries", () -> reach(() -> eraseAll(id, uid)));
    steps.run("figures", () -> reach(() -> figures.erase(id, uid)));
  }

  private void eraseAll(TenantId id, TenantUid uid) {
    List<TenantSpace> layouts = spaces.everyLayout(id, uid);
    layouts.forEach(store::erase);
    leftovers.erase(id, layouts.getFirst());
  }

  @Override
  public Map<String, Long> census(TenantUid uid, TenantId id) throws ReconcileException {
    Map<String, Long> counts = new TreeMap<>();
    reach(
        () -> {
          counts.put("cache.keys", leftovers.count(id, spaces.everyLayout(id, uid).getFirst()));
          counts.putAll(figures.count(id, uid));
        });
    return counts;
  }

  private static void reach(Runnable step) throws ReconcileException {
    try {
      step.run();
    } catch (ServiceException e) {
      // The refusal names the store.
      throw new ReconcileException("StoreUnavailable", e.getMessage(), e);
    }
  }
}
