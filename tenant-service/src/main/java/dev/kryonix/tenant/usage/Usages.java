package dev.kryonix.tenant.usage;

import dev.kryonix.api.tenant.v1.GetUsageResponse;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.Usage;
import dev.kryonix.api.tenant.v1.UsageReport;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.tenant.conditions.ConditionProtos;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.regex.Pattern;

/** Keeps what services report of tenants' usage, and tells it. */
@Singleton
public final class Usages {
  private static final int MOST_METRICS = 64;
  private static final Pattern METRIC = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*){1,3}");
  private static final int LONGEST_METRIC = 64;

  private final Database database;
  private final UsageStore store;
  private final InstantSource clock;

  Usages(Database database, UsageStore store, InstantSource clock) {
    this.database = database;
    this.store = store;
    this.clock = clock;
  }

  /** A service reports what a tenant uses there. */
  public void report(String service, UsageReport report) {
    Map<String, Long> amounts = report.getAmountsMap();
    if (amounts.size() > MOST_METRICS) {
      throw CommonErrors.invalidField("usage.amounts", "must have at most 64 metrics");
    }
    for (String metric : amounts.keySet()) {
      if (metric.length() > LONGEST_METRIC || !METRIC.matcher(metric).matches()) {
        throw CommonErrors.invalidField(
            "usage.amounts", "must be of metrics such as cache.keys, of at most 64 characters");
      }
    }
    TenantUid uid = TenantUid.fromBytes(report.getTenantUid());
    Instant said =
        Instant.ofEpochSecond(
            report.getMeasureTime().getSeconds(), report.getMeasureTime().getNanos());
    // A service's clock that is ahead must not keep its later reports out.
    Instant now = clock.instant();
    Instant measured = said.isAfter(now) ? now : said;
    database.runInPlatform(tx -> store.put(tx, service, uid, amounts, measured));
  }

  /** What the tenant uses, against these limits. */
  public GetUsageResponse of(TenantId id, TenantUid uid, Limits limits) {
    GetUsageResponse.Builder response = GetUsageResponse.newBuilder();
    for (UsageStore.Amount amount : database.inTenant(id, tx -> store.of(tx, uid))) {
      response.addUsages(
          Usage.newBuilder()
              .setService(amount.service())
              .setMetric(amount.metric())
              .setAmount(amount.amount())
              .setLimit(UsageLimits.of(limits, amount.metric()))
              .setMeasureTime(ConditionProtos.timestamp(amount.measured())));
    }
    return response.build();
  }
}
