package dev.kryonix.kit.state;

import dev.kryonix.kit.identity.TenantUid;
import java.util.Collection;
import java.util.Map;

/**
 * Measures what tenants use in a service's engine. A service that has something to say implements
 * it as a bean.
 */
public interface TenantMeter {
  /**
   * What each of these tenants uses now, by metric such as {@code cache.keys}; bytes where the
   * metric's name ends in {@code _bytes}. Called every half minute or so with all tenants, so it
   * measures in bulk. A tenant that is left out keeps its last report.
   *
   * @throws ReconcileException when the engine cannot say; the call comes again
   */
  Map<TenantUid, Map<String, Long>> measure(Collection<TenantView> tenants)
      throws ReconcileException;
}
