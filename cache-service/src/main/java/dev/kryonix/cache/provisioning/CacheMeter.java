package dev.kryonix.cache.provisioning;

import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.EntryStore.Usage;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.TenantMeter;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What tenants hold in Redis, as they are charged, many in each round trip. */
@Singleton
final class CacheMeter implements TenantMeter {
  private static final int AT_ONCE = 500;

  private final EntryStore store;
  private final Spaces spaces;

  CacheMeter(EntryStore store, Spaces spaces) {
    this.store = store;
    this.spaces = spaces;
  }

  @Override
  public Map<TenantUid, Map<String, Long>> measure(Collection<TenantView> tenants)
      throws ReconcileException {
    List<TenantSpace> all = tenants.stream().map(spaces::of).toList();
    Map<TenantUid, Map<String, Long>> amounts = new HashMap<>();
    try {
      for (int from = 0; from < all.size(); from += AT_ONCE) {
        measure(all.subList(from, Math.min(from + AT_ONCE, all.size())), amounts);
      }
    } catch (ServiceException e) {
      throw new ReconcileException("RedisUnavailable", "Redis cannot be reached", e);
    }
    return amounts;
  }

  private void measure(List<TenantSpace> some, Map<TenantUid, Map<String, Long>> amounts) {
    List<Usage> usages = store.usage(some);
    for (int i = 0; i < some.size(); i++) {
      amounts.put(
          some.get(i).uid(),
          Map.of("cache.keys", usages.get(i).keys(), "cache.memory_bytes", usages.get(i).bytes()));
    }
  }
}
