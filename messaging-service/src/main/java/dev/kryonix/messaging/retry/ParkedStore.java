package dev.kryonix.messaging.retry;

import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Parked messages, in the database. */
@Singleton
public final class ParkedStore {
  private static final int SHOWN = 1000;

  private static final String PUT =
      """
      INSERT INTO parked (tenant, tenant_uid, queue, message_id, ordering_key, attempts, attempt_times,
        first_error, last_error, retry_time, waiting)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, queue, message_id) DO UPDATE SET attempts = excluded.attempts,
        attempt_times = excluded.attempt_times, first_error = excluded.first_error,
        last_error = excluded.last_error, retry_time = excluded.retry_time,
        waiting = excluded.waiting, update_time = now()
      """;

  private final Database database;

  ParkedStore(Database database) {
    this.database = database;
  }

  public void put(Owner owner, Parked parked) {
    Attempts attempts = parked.attempts();
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                PUT,
                owner.id().value(),
                owner.uid().value(),
                parked.queue(),
                parked.messageId(),
                parked.orderingKey(),
                attempts.failed(),
                attempts.times().stream()
                    .map(time -> Long.toString(time.toEpochMilli()))
                    .toArray(String[]::new),
                attempts.firstError(),
                attempts.lastError(),
                parked.retryTime(),
                parked.waiting()));
  }

  /** How many messages wait behind one that is parked. */
  public void setWaiting(Owner owner, Parked parked, int behind) {
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                "UPDATE parked SET waiting = ?"
                    + " WHERE tenant_uid = ? AND queue = ? AND message_id = ?",
                behind,
                owner.uid().value(),
                parked.queue(),
                parked.messageId()));
  }

  /** The message is done. */
  public void remove(Owner owner, String queue, String messageId) {
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                "DELETE FROM parked WHERE tenant_uid = ? AND queue = ? AND message_id = ?",
                owner.uid().value(),
                queue,
                messageId));
  }

  public Optional<Parked> find(Owner owner, String queue, String messageId) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.first(
                "SELECT * FROM parked WHERE tenant_uid = ? AND queue = ? AND message_id = ?",
                ParkedStore::read,
                owner.uid().value(),
                queue,
                messageId));
  }

  /** What waits in a queue now, the soonest first. */
  public List<Parked> waiting(Owner owner, String queue) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.query(
                "SELECT * FROM parked WHERE tenant_uid = ? AND queue = ? AND retry_time > now()"
                    + " ORDER BY retry_time LIMIT "
                    + SHOWN,
                ParkedStore::read,
                owner.uid().value(),
                queue));
  }

  /** Forgets what nobody has touched since, of all tenants: its messages have long expired. */
  public void removeOlderThan(Instant time) {
    database.runInPlatform(tx -> tx.update("DELETE FROM parked WHERE update_time < ?", time));
  }

  private static Parked read(ResultSet row) throws SQLException {
    String[] times = (String[]) row.getArray("attempt_times").getArray();
    return new Parked(
        row.getString("queue"),
        row.getString("message_id"),
        row.getString("ordering_key"),
        new Attempts(
            row.getInt("attempts"),
            Stream.of(times).map(millis -> Instant.ofEpochMilli(Long.parseLong(millis))).toList(),
            row.getString("first_error"),
            row.getString("last_error")),
        Tx.instant(row, "retry_time"),
        row.getInt("waiting"));
  }
}
