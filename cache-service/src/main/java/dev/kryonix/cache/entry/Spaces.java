package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;

/** Finds tenants' spaces: over how many buckets a tenant is spread is a matter of its plan. */
@Singleton
public final class Spaces {
  private final Redis redis;

  Spaces(Redis redis) {
    this.redis = redis;
  }

  /** Where a tenant's entries are. */
  public TenantSpace of(TenantView tenant) {
    return of(Purpose.API, tenant);
  }

  /** Where a tenant's things of that purpose are. */
  public TenantSpace of(Purpose purpose, TenantView tenant) {
    return new TenantSpace(
        redis.keyspace(purpose).prefix(), tenant.id(), tenant.uid(), redis.buckets(tenant.plan()));
  }

  /** Everywhere that a tenant's entries may be, whatever plans it has had. */
  public List<TenantSpace> everyLayout(TenantId id, TenantUid uid) {
    String prefix = redis.keyspace(Purpose.API).prefix();
    return Arrays.stream(redis.layouts())
        .mapToObj(spread -> new TenantSpace(prefix, id, uid, spread))
        .toList();
  }
}
