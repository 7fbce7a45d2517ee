package dev.kryonix.tenant.changes;

import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import java.sql.SQLException;

/**
 * Says, in the transaction of a change, that a tenant has changed: announced when the change is
 * real, and always.
 */
public final class Outbox {
  private Outbox() {}

  /** Announces the tenant's change when this transaction commits. */
  public static void append(Tx tx, TenantUid uid) throws SQLException {
    tx.update("INSERT INTO outbox (tenant_uid) VALUES (?)", uid.value());
  }
}
