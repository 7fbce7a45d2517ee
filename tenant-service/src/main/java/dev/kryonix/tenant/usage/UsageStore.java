package dev.kryonix.tenant.usage;

import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Reported amounts in PostgreSQL: the last one of each metric. */
@Singleton
final class UsageStore {
  /** A report of a tenant that is gone, or older than what is known, changes nothing. */
  private static final String PUT =
      """
      INSERT INTO usage (tenant_uid, tenant, service, metric, amount, measure_time)
      SELECT t.uid, t.id, ?, reported.metric, reported.amount, ?
        FROM tenants t, unnest(?::text[], ?::bigint[]) AS reported (metric, amount)
       WHERE t.uid = ? AND t.state <> 'PURGED'
      ON CONFLICT (tenant_uid, service, metric) DO UPDATE
         SET amount = excluded.amount, measure_time = excluded.measure_time
       WHERE usage.measure_time <= excluded.measure_time
      """;

  private static final String OF =
      "SELECT service, metric, amount, measure_time FROM usage WHERE tenant_uid = ?"
          + " ORDER BY service COLLATE \"C\", metric COLLATE \"C\"";

  /** An amount as it was reported. */
  record Amount(String service, String metric, long amount, Instant measured) {}

  void put(Tx tx, String service, TenantUid uid, Map<String, Long> amounts, Instant measured)
      throws SQLException {
    List<Map.Entry<String, Long>> entries = List.copyOf(amounts.entrySet());
    tx.update(
        PUT,
        service,
        measured,
        entries.stream().map(Map.Entry::getKey).toArray(String[]::new),
        entries.stream().map(Map.Entry::getValue).toArray(Long[]::new),
        uid.value());
  }

  List<Amount> of(Tx tx, TenantUid uid) throws SQLException {
    return tx.query(
        OF,
        row ->
            new Amount(
                row.getString("service"),
                row.getString("metric"),
                row.getLong("amount"),
                Tx.instant(row, "measure_time")),
        uid.value());
  }
}
