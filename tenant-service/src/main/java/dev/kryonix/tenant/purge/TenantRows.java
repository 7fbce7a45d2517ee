package dev.kryonix.tenant.purge;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A tenant's rows in this service's own database, but for those that prove something: the tombstone
 * and the audit. Once gone, its keys are, and with them every backup that was sealed under them.
 */
@Singleton
final class TenantRows {
  private static final String[] TABLES = {"secrets", "api_keys", "usage"};

  /**
   * Kept answers of the tenant's calls, and the one to its creation, which names it only inside.
   */
  private static final String REQUESTS =
      " FROM requests WHERE tenant = ? OR (tenant = '' AND position(convert_to(?, 'UTF8') IN answer) > 0)";

  SortedMap<String, Long> count(Tx tx, TenantId id, TenantUid uid) throws SQLException {
    SortedMap<String, Long> counts = new TreeMap<>();
    for (String table : TABLES) {
      counts.put(
          "tenant." + table,
          tx.count("SELECT count(*) FROM " + table + " WHERE tenant_uid = ?", uid.value()));
    }
    counts.put(
        "tenant.requests", tx.count("SELECT count(*)" + REQUESTS, id.value(), uid.toString()));
    return counts;
  }

  void delete(Tx tx, TenantId id, TenantUid uid) throws SQLException {
    for (String table : TABLES) {
      tx.update("DELETE FROM " + table + " WHERE tenant_uid = ?", uid.value());
    }
    tx.update("DELETE" + REQUESTS, id.value(), uid.toString());
  }
}
