package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must be true for each tenant, as a session sees it. */
interface Desired {
  /**
   * What must be true of one tenant, in short.
   *
   * @param uid the tenant's uid
   * @param id the tenant's id
   * @param generation the newest generation
   * @param removed whether the tenant must no longer be
   * @param awaited the services that have not erased a removed tenant yet: they are asked whether
   *     or not they know of it
   */
  record Entry(TenantUid uid, TenantId id, long generation, boolean removed, Set<String> awaited) {
    public Entry {
      awaited = Set.copyOf(awaited);
    }

    /** Whether the service must hear of this tenant though it has never named it. */
    boolean concerns(String service) {
      return !removed || awaited.contains(service);
    }
  }

  /** Every tenant and every tombstone. */
  Collection<Entry> all();

  /** The tenant or tombstone of that uid. */
  Optional<Entry> find(TenantUid uid);

  /**
   * The tenants in full, of their newest generations or newer ones, without those that have gone
   * meanwhile.
   */
  Map<TenantUid, DesiredTenant> load(Collection<TenantUid> uids);
}
