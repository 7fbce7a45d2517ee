package dev.kryonix.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kryonix.api.tenant.v1.GatewayLimits;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;

/** Holds each tenant to the request rate of its plan, or to its own. */
@Singleton
public final class TenantLimits {
  private static final int MAX_TENANTS = 100_000;

  private final TenantDirectory tenants;
  private final Catalog catalog;
  private final Grants grants;
  private final MeterRegistry metrics;
  private final Cache<TenantUid, Budget> budgets =
      Caffeine.newBuilder().maximumSize(MAX_TENANTS).expireAfterAccess(Duration.ofHours(1)).build();

  TenantLimits(
      TenantDirectory tenants, Catalog catalog, RedisGrants grants, MeterRegistry metrics) {
    this.tenants = tenants;
    this.catalog = catalog;
    this.grants = grants;
    this.metrics = metrics;
  }

  /** Charges a call to its caller's tenant; a caller without a tenant is not limited. */
  public Optional<Allowance> take(Principal caller, int cost) {
    if (caller.tenant().isEmpty()) {
      return Optional.empty();
    }
    Optional<TenantView> view = tenants.find(caller.requireTenant());
    Optional<TenantUid> uid = view.map(TenantView::uid).or(caller::tenantUid);
    Rate rate = view.map(each -> rate(each.limits().getGateway())).orElseGet(() -> rate(caller));
    if (uid.isEmpty() || !rate.isLimited()) {
      return Optional.empty();
    }
    Allowance allowance = budget(uid.get(), rate).take(cost);
    if (!allowance.passes()) {
      limited(view.map(TenantView::plan).orElse(caller.plan()));
    }
    return Optional.of(allowance);
  }

  /** A change of the tenant's limits begins with a new budget over the same buckets. */
  private Budget budget(TenantUid tenant, Rate rate) {
    Budget known = budgets.getIfPresent(tenant);
    if (known != null && known.rate().equals(rate)) {
      return known;
    }
    return budgets
        .asMap()
        .compute(
            tenant,
            (uid, other) ->
                other != null && other.rate().equals(rate)
                    ? other
                    : new Budget(uid, rate, grants, System::nanoTime));
  }

  private static Rate rate(GatewayLimits limits) {
    return new Rate(limits.getRequestsPerHour(), limits.getBurstPerSecond());
  }

  /** A tenant that is not known here yet has its plan's limits, by its token. */
  private Rate rate(Principal caller) {
    return catalog
        .plan(caller.plan())
        .map(plan -> rate(plan.limits().getGateway()))
        .orElse(Rate.NONE);
  }

  private void limited(String plan) {
    Counter.builder("kryonix.gateway.rate.limited")
        .description("Calls refused because their tenant was over its request rate")
        .tag("plan", catalog.plan(plan).isPresent() ? plan : "other")
        .register(metrics)
        .increment();
  }
}
