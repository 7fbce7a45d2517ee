package dev.kryonix.messaging.records;

import dev.kryonix.kit.postgres.Database;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that the service keeps of a tenant in PostgreSQL, which stays for as long as the tenant. */
@Singleton
public final class TenantRows {
  private static final List<String> TABLES =
      List.of(
          "publish_requests",
          "scheduled",
          "scheduled_staged",
          "parked",
          "dead_letters",
          "dead_letter_requests",
          "change_logs",
          "changes",
          "definitions",
          "dead_letters_staged",
          "imports",
          "restored");

  private final Database database;

  TenantRows(Database database) {
    this.database = database;
  }

  /** How many rows there are, by table, such as {@code messaging.scheduled}. */
  public Map<String, Long> count(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx -> {
          Map<String, Long> counts = new TreeMap<>();
          for (String table : TABLES) {
            counts.put(
                "messaging." + table,
                tx.count(
                    "SELECT count(*) FROM " + table + " WHERE tenant_uid = ?",
                    owner.uid().value()));
          }
          return counts;
        });
  }

  /** Takes them out. */
  public void erase(Owner owner) {
    database.runInTenant(
        owner.id(),
        tx -> {
          for (String table : TABLES) {
            tx.update("DELETE FROM " + table + " WHERE tenant_uid = ?", owner.uid().value());
          }
        });
  }
}
