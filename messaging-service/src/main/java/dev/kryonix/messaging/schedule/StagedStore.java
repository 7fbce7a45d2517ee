package dev.kryonix.messaging.schedule;

import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Scheduled messages on their way into a backup and out of one. */
@Singleton
final class StagedStore {
  private static final Duration LEFT_STAY = Duration.ofDays(1);

  private static final String COLUMNS =
      "tenant, tenant_uid, schedule_id, message_id, module, operation, attributes, size_bytes,"
          + " deliver_at, create_time, sealed";

  private final Database database;

  StagedStore(Database database) {
    this.database = database;
  }

  /** A message that waits, with its content. */
  record Kept(Scheduled about, byte[] sealed) {}

  /** What waits after an id, by the ids' bytes. */
  List<Kept> after(Owner owner, String id, int most) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.query(
                """
                SELECT * FROM scheduled
                 WHERE tenant_uid = ? AND state = 'WAITING' AND schedule_id COLLATE "C" > ?
                 ORDER BY schedule_id COLLATE "C" LIMIT ?""",
                row -> new Kept(ScheduleStore.read(row), row.getBytes("sealed")),
                owner.uid().value(),
                id,
                most));
  }

  /** What a change of that place in the tenant's log has kept. */
  Optional<Kept> changed(Owner owner, long place) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.first(
                """
                SELECT r.*, c.body AS content
                  FROM changes c, LATERAL jsonb_populate_record(NULL::scheduled, c.about) r
                 WHERE c.tenant_uid = ? AND c.place = ?""",
                row -> new Kept(ScheduleStore.read(row), row.getBytes("content")),
                owner.uid().value(),
                place));
  }

  /** Stages a message of an import. */
  void stage(Owner owner, UUID importId, Kept kept) {
    Scheduled about = kept.about();
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                "INSERT INTO scheduled_staged (import, "
                    + COLUMNS
                    + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                importId,
                owner.id().value(),
                owner.uid().value(),
                about.id(),
                about.messageId(),
                about.module(),
                about.operation(),
                ScheduleStore.inTurn(about.attributes()),
                about.sizeBytes(),
                about.deliverAt(),
                about.createTime(),
                kept.sealed()));
  }

  /** Puts all that an import has staged among what waits, but for ids that are known. */
  void commit(Tx tx, Owner owner, UUID importId) throws SQLException {
    tx.update(
        "INSERT INTO scheduled ("
            + COLUMNS
            + ", state, trace, attempt_at) SELECT "
            + COLUMNS
            + ", 'WAITING', '{}', deliver_at FROM scheduled_staged"
            + " WHERE tenant_uid = ? AND import = ? ON CONFLICT DO NOTHING",
        owner.uid().value(),
        importId);
    drop(tx, owner, importId);
  }

  /** Forgets what an import has staged. */
  void drop(Owner owner, UUID importId) {
    database.runInTenant(owner.id(), tx -> drop(tx, owner, importId));
  }

  private static void drop(Tx tx, Owner owner, UUID importId) throws SQLException {
    tx.update(
        "DELETE FROM scheduled_staged WHERE tenant_uid = ? AND import = ?",
        owner.uid().value(),
        importId);
  }

  /** Takes out what imports have left behind, of all tenants. */
  void eraseLeft() {
    database.runInPlatform(
        tx ->
            tx.update(
                "DELETE FROM scheduled_staged WHERE stage_time < now() - ? * interval '1 ms'",
                LEFT_STAY.toMillis()));
  }
}
