package dev.kryonix.tenant.tenants;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.paging.PageTokens;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.tenant.conditions.Condition;
import dev.kryonix.tenant.conditions.ConditionStore;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads tenants. */
@Singleton
public final class Tenants {
  private final Database database;
  private final TenantStore store;
  private final ConditionStore conditions;
  private final PageTokens pages;

  Tenants(Database database, TenantStore store, ConditionStore conditions, PageTokens pages) {
    this.database = database;
    this.store = store;
    this.conditions = conditions;
    this.pages = pages;
  }

  /** A tenant and what its services have made true. */
  public record Seen(Tenant tenant, List<Condition> conditions) {}

  /** A page of tenants. */
  public record Page(List<Tenant> tenants, String nextToken) {}

  /** The tenant that has the id now. */
  public Tenant get(TenantId id) {
    return database.inTenant(
        id, tx -> store.find(tx, id).orElseThrow(() -> TenantErrors.notFound(id)));
  }

  /** The tenant that has the id now; refuses the token of an earlier tenant of the same id. */
  public Tenant get(TenantId id, Principal caller) {
    Tenant tenant = get(id);
    requireSame(tenant, caller);
    return tenant;
  }

  /** The tenant with its conditions. */
  public Seen see(TenantId id, Principal caller) {
    Seen seen = look(id).orElseThrow(() -> TenantErrors.notFound(id));
    requireSame(seen.tenant(), caller);
    return seen;
  }

  /** The tenant with its conditions, unless it is gone. */
  Optional<Seen> look(TenantId id) {
    return database.inTenant(
        id,
        tx -> {
          Optional<Tenant> found = store.find(tx, id);
          if (found.isEmpty()) {
            return Optional.empty();
          }
          Tenant tenant = found.get();
          List<Condition> all = new ArrayList<>();
          for (Condition condition : conditions.of(tx, tenant.uid())) {
            all.add(condition.asOf(tenant.generation()));
          }
          all.add(Condition.ready(List.copyOf(all)));
          return Optional.of(new Seen(tenant, all));
        });
  }

  /** A page of the tenants that the filter wants. */
  public Page list(TenantFilter filter, int size, String token) {
    String listing = "ListTenants\n" + filter.canonical();
    String after = pages.read(listing, token);
    List<Tenant> found = database.inPlatform(tx -> store.page(tx, filter, after, size + 1));
    if (found.size() <= size) {
      return new Page(found, "");
    }
    List<Tenant> page = found.subList(0, size);
    return new Page(page, pages.after(listing, page.getLast().id().value()));
  }

  /** Refuses the token of an earlier tenant of the same id. */
  static void requireSame(Tenant tenant, Principal caller) {
    boolean own = caller.tenant().filter(tenant.id()::equals).isPresent();
    if (own && caller.tenantUid().filter(uid -> !uid.equals(tenant.uid())).isPresent()) {
      throw TenantErrors.anotherTenant(tenant.id());
    }
  }
}
