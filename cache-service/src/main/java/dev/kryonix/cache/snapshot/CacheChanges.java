package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.snapshot.ChangeLog;
import dev.kryonix.kit.snapshot.ChangeTail;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.util.function.Supplier;

/**
 * The changes of what is backed up of a tenant's cache. They are put down from an export on, and go
 * with Redis when that is lost: then the reader begins anew.
 */
@Singleton
final class CacheChanges implements ChangeLog {
  private final ChangeStore store;
  private final StoredRecords records;
  private final TenantDirectory tenants;
  private final Spaces spaces;

  CacheChanges(ChangeStore store, StoredRecords records, TenantDirectory tenants, Spaces spaces) {
    this.store = store;
    this.records = records;
    this.tenants = tenants;
    this.spaces = spaces;
  }

  /** The position now. From here on changes are put down, or for longer. */
  ChangePosition keep(TenantView tenant) {
    return new ChangePosition(spaces.of(tenant).buckets().stream().map(store::keep).toList());
  }

  @Override
  public ChangeTail tail(TenantId tenant, TenantUid uid, String position) {
    return tail(
        () ->
            tenants
                .find(tenant, uid)
                .orElseThrow(() -> CommonErrors.notFound("tenant", tenant.value())),
        position);
  }

  /** The changes after a position, of a tenant as it is whenever it is asked for. */
  ChangeTail tail(Supplier<TenantView> tenant, String position) {
    ChangePosition from =
        ChangePosition.parse(position)
            .orElseThrow(
                () -> CommonErrors.invalidField("position", "is none of an export or a change"));
    return new EntryTail(store, records, spaces, tenant, from);
  }
}
