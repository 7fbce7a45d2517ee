package dev.kryonix.cache.entry;

import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Finds tenants' spaces: over how many buckets a tenant is spread is a matter of its plan. */
@Singleton
public final class Spaces {
  /** More than the tenants that are busy at a time; what is dropped is made again. */
  private static final int MOST_KNOWN = 10_000;

  private final Redis redis;
  private final Map<Place, TenantSpace> known = new ConcurrentHashMap<>();

  Spaces(Redis redis) {
    this.redis = redis;
  }

  private record Place(Purpose purpose, TenantUid uid, int spread) {}

  /** Where a tenant's entries are. */
  public TenantSpace of(TenantView tenant) {
    return of(Purpose.API, tenant);
  }

  /** Where a tenant's things of that purpose are. */
  public TenantSpace of(Purpose purpose, TenantView tenant) {
    Place place = new Place(purpose, tenant.uid(), redis.buckets(tenant.plan()));
    TenantSpace space = known.get(place);
    if (space == null) {
      space =
          new TenantSpace(
              redis.keyspace(purpose).prefix(), tenant.id(), tenant.uid(), place.spread());
      if (known.size() >= MOST_KNOWN) {
        known.clear();
      }
      known.put(place, space);
    }
    return space;
  }

  /** Everywhere that a tenant's entries may be, whatever plans it has had. */
  public List<TenantSpace> everyLayout(TenantId id, TenantUid uid) {
    String prefix = redis.keyspace(Purpose.API).prefix();
    return Arrays.stream(redis.layouts())
        .mapToObj(spread -> new TenantSpace(prefix, id, uid, spread))
        .toList();
  }
}
