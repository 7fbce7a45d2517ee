package dev.kryonix.messaging.deadletter;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;

/** The redrives and drops that came with a request_id, so that the same id continues the same. */
@Singleton
final class RunStore {
  private static final int ERASED_AT_ONCE = 1000;

  private static final String OPEN =
      """
      INSERT INTO dead_letter_requests (tenant, tenant_uid, request_id, content, start_time, matched, expire_time)
      VALUES (?, ?, ?, ?, ?, ?, now() + interval '1 day')
      ON CONFLICT (tenant_uid, request_id) DO NOTHING""";

  private final Database database;

  RunStore(Database database) {
    this.database = database;
  }

  /**
   * What has been done under a request_id.
   *
   * @param start what died later is not meant
   * @param matched how many there were at the start
   * @param taken how many have been published again, or dropped
   * @param done whether it has come to its end
   */
  record Run(Instant start, long matched, long taken, boolean done) {}

  /** A run's name, and a hash of what was asked for under it. */
  record Named(String requestId, byte[] content) {}

  /** The run of that name, or a new one; refuses an id that came with another request. */
  Run open(Owner owner, Named named, Run fresh) {
    return database.inTenant(owner.id(), tx -> open(tx, owner, named, fresh));
  }

  /** As {@link #open(Owner, Named, Run)}, in a transaction; holds the run's row. */
  Run open(Tx tx, Owner owner, Named named, Run fresh) throws SQLException {
    tx.update(
        OPEN,
        owner.id().value(),
        owner.uid().value(),
        named.requestId(),
        named.content(),
        fresh.start(),
        fresh.matched());
    Known known =
        tx.first(
                "SELECT * FROM dead_letter_requests WHERE tenant_uid = ? AND request_id = ? FOR UPDATE",
                RunStore::read,
                owner.uid().value(),
                named.requestId())
            .orElseThrow();
    if (!Arrays.equals(known.content(), named.content())) {
      throw CommonErrors.requestIdReused(named.requestId());
    }
    return known.run();
  }

  /** Adds to what has been done. */
  void add(Owner owner, String requestId, long taken, boolean done) {
    database.runInTenant(owner.id(), tx -> add(tx, owner, requestId, new Progress(taken, done)));
  }

  /** What has been done since the last time. */
  record Progress(long taken, boolean done) {}

  void add(Tx tx, Owner owner, String requestId, Progress progress) throws SQLException {
    tx.update(
        """
        UPDATE dead_letter_requests SET taken = taken + ?, done = done OR ?
         WHERE tenant_uid = ? AND request_id = ?""",
        progress.taken(),
        progress.done(),
        owner.uid().value(),
        requestId);
  }

  /** Takes out what nobody will ask for any more; returns how many. */
  int eraseExpired() {
    return database.inPlatform(
        tx ->
            tx.update(
                """
                DELETE FROM dead_letter_requests WHERE ctid IN (
                  SELECT ctid FROM dead_letter_requests WHERE expire_time <= now() LIMIT ?)""",
                ERASED_AT_ONCE));
  }

  private record Known(byte[] content, Run run) {}

  private static Known read(ResultSet row) throws SQLException {
    return new Known(
        row.getBytes("content"),
        new Run(
            Tx.instant(row, "start_time"),
            row.getLong("matched"),
            row.getLong("taken"),
            row.getBoolean("done")));
  }
}
