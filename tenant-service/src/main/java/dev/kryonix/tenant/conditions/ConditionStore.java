package dev.kryonix.tenant.conditions;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.conditions.Condition.Status;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The conditions in PostgreSQL. Every write says for which generation it speaks, and one that
 * speaks for an older generation than has been acked changes nothing: answers of two instances may
 * come in any order.
 */
@Singleton
public final class ConditionStore {
  private static final String RETURNING =
      " RETURNING service, status, reason, message, step, observed_generation, last_transition_time,"
          + " next_retry_time, failures";

  private static final String SELECT =
      """
      SELECT service, status, reason, message, step, observed_generation, last_transition_time,
             next_retry_time, failures
        FROM conditions WHERE tenant_uid = ? ORDER BY service
      """;

  private static final String APPLIED =
      """
      UPDATE conditions
         SET status = 'TRUE', reason = 'Reconciled', message = '', step = '', failures = 0,
             next_retry_time = NULL, observed_generation = ?,
             last_transition_time = CASE WHEN status = 'TRUE' THEN last_transition_time ELSE ? END
       WHERE tenant_uid = ? AND service = ?
         AND (observed_generation < ? OR (observed_generation = ? AND status <> 'TRUE'))
      """;

  private static final String REFUSED =
      """
      UPDATE conditions
         SET status = 'FALSE', reason = ?, message = ?, step = ?, failures = ?, next_retry_time = ?,
             last_transition_time = CASE WHEN status = 'FALSE' THEN last_transition_time ELSE ? END
       WHERE tenant_uid = ? AND service = ? AND observed_generation < ?
      """;

  private static final String WORKING =
      """
      UPDATE conditions
         SET reason = CASE WHEN status = 'FALSE' THEN reason ELSE 'InProgress' END, step = ?
       WHERE tenant_uid = ? AND service = ? AND observed_generation < ?
      """;

  private static final String INSERT =
      """
      INSERT INTO conditions (tenant_uid, tenant, service, status, reason, message, step,
        observed_generation, last_transition_time, next_retry_time, failures)
      VALUES (?, ?, ?, 'UNKNOWN', 'Waiting', 'the service has not answered yet', '', 0, ?, NULL, 0)
      """;

  /** A new tenant's conditions: no service has spoken. */
  public void create(Tx tx, TenantId id, TenantUid uid, Instant now) throws SQLException {
    for (String service : Services.REQUIRED) {
      tx.update(INSERT, uid.value(), id.value(), service, now);
    }
  }

  /** The tenant's conditions, by service. */
  public List<Condition> of(Tx tx, TenantUid uid) throws SQLException {
    return tx.query(SELECT, ConditionStore::read, uid.value());
  }

  /** The generations that the service has acked, by tenant. */
  public Map<TenantUid, Long> observed(Tx tx, String service) throws SQLException {
    Map<TenantUid, Long> result = new HashMap<>();
    tx.query(
        "SELECT tenant_uid, observed_generation FROM conditions WHERE service = ?",
        row -> {
          result.put(Columns.uid(row, "tenant_uid"), row.getLong("observed_generation"));
          return true;
        },
        service);
    return result;
  }

  /** The service has made the generation true. */
  public Optional<Condition> applied(Tx tx, Subject subject, Instant now) throws SQLException {
    return tx.first(
        APPLIED + RETURNING,
        ConditionStore::read,
        subject.generation(),
        now,
        subject.uid().value(),
        subject.service(),
        subject.generation(),
        subject.generation());
  }

  /** The service could not make the generation true. */
  public Optional<Condition> refused(Tx tx, Subject subject, Refusal refusal, Instant now)
      throws SQLException {
    return tx.first(
        REFUSED + RETURNING,
        ConditionStore::read,
        refusal.reason(),
        refusal.message(),
        refusal.step(),
        refusal.failures(),
        refusal.nextRetry(),
        now,
        subject.uid().value(),
        subject.service(),
        subject.generation());
  }

  /** The service works on a step of the generation. */
  public void working(Tx tx, Subject subject, String step) throws SQLException {
    tx.update(WORKING, step, subject.uid().value(), subject.service(), subject.generation());
  }

  /** Forgets the conditions of a tenant that is gone. */
  public void delete(Tx tx, TenantUid uid) throws SQLException {
    tx.update("DELETE FROM conditions WHERE tenant_uid = ?", uid.value());
  }

  private static Condition read(ResultSet row) throws SQLException {
    return new Condition(
        row.getString("service"),
        Status.valueOf(row.getString("status")),
        row.getString("reason"),
        row.getString("message"),
        row.getString("step"),
        row.getLong("observed_generation"),
        Tx.instant(row, "last_transition_time"),
        Tx.optionalInstant(row, "next_retry_time"),
        row.getInt("failures"));
  }

  /** Whose answer it is, and of which generation it speaks. */
  public record Subject(String service, TenantUid uid, long generation) {}

  /** Why a service could not. */
  public record Refusal(
      String step, String reason, String message, int failures, Instant nextRetry) {}
}
