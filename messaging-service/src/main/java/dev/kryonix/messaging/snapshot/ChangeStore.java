package dev.kryonix.messaging.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The logs of changes in the database. A change has its place once it is committed: whoever reads
 * gives places, in one transaction at a time for each tenant, to all that is committed by then, in
 * the order in which the rows were changed; so what is read never changes, and no change appears
 * before one that has been read.
 */
@Singleton
final class ChangeStore {
  private static final int PLACED_AT_ONCE = 1000;

  /** Alone: see the migration. */
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('kryonix.changes/' || ?, 0))";

  private static final String PLACE =
      """
      WITH fresh AS MATERIALIZED (
        SELECT seq, row_number() OVER ahead AS n, max(write_time) OVER ahead AS written
          FROM changes WHERE tenant_uid = ? AND place IS NULL
        WINDOW ahead AS (ORDER BY seq)
         ORDER BY seq LIMIT ?),
      placed AS (
        UPDATE changes c
           SET place = l.last + n,
               commit_time = greatest(written, l.closed + n * interval '1 microsecond')
          FROM fresh, change_logs l
         WHERE c.seq = fresh.seq AND l.tenant_uid = c.tenant_uid
        RETURNING c.place, c.commit_time)
      UPDATE change_logs
         SET last = greatest(last, (SELECT max(place) FROM placed)),
             closed = greatest(clock_timestamp(), closed, (SELECT max(commit_time) FROM placed)),
             read_time = now()
       WHERE tenant_uid = ?
      RETURNING log, last, dropped, closed""";

  private final Database database;

  ChangeStore(Database database) {
    this.database = database;
  }

  /** Where a tenant's log stands. */
  record Log(UUID id, long last, long dropped, Instant closed) {}

  /** A change; its content is read by the place. */
  record Entry(long place, Instant time, String collection, ByteString key, boolean gone) {}

  /** Changes in their order, and the log as of them. */
  record Page(Log log, List<Entry> entries) {
    Page {
      entries = List.copyOf(entries);
    }
  }

  /** Begins the tenant's log, unless it has one, and says where it stands. */
  Log open(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx -> {
          tx.query(LOCK, row -> true, owner.uid().toString());
          int begun =
              tx.update(
                  """
                  INSERT INTO change_logs (tenant, tenant_uid, log, closed, read_time)
                  VALUES (?, ?, ?, clock_timestamp(), now()) ON CONFLICT DO NOTHING""",
                  owner.id().value(),
                  owner.uid().value(),
                  UUID.randomUUID());
          if (begun > 0) {
            // Of an earlier log something may have been written down while it was dropped.
            tx.update("DELETE FROM changes WHERE tenant_uid = ?", owner.uid().value());
            tx.update("DELETE FROM definitions WHERE tenant_uid = ?", owner.uid().value());
          }
          return place(tx, owner).orElseThrow();
        });
  }

  /** The changes after a place; empty when the tenant has no log. */
  Optional<Page> after(Owner owner, long place, int most) {
    return database.inTenant(
        owner.id(),
        tx -> {
          Optional<Log> log = place(tx, owner);
          if (log.isEmpty()) {
            return Optional.<Page>empty();
          }
          List<Entry> entries =
              tx.query(
                  """
                  SELECT place, commit_time, collection, key, about IS NULL AS gone FROM changes
                   WHERE tenant_uid = ? AND place > ? ORDER BY place LIMIT ?""",
                  ChangeStore::read,
                  owner.uid().value(),
                  place,
                  most);
          return Optional.of(new Page(log.get(), entries));
        });
  }

  /** The log is locked first, so that one gives places at a time. */
  private static Optional<Log> place(Tx tx, Owner owner) throws SQLException {
    tx.query(
        "SELECT FROM change_logs WHERE tenant_uid = ? FOR UPDATE",
        row -> true,
        owner.uid().value());
    return tx.first(
        PLACE,
        row ->
            new Log(
                row.getObject("log", UUID.class),
                row.getLong("last"),
                row.getLong("dropped"),
                Tx.instant(row, "closed")),
        owner.uid().value(),
        PLACED_AT_ONCE,
        owner.uid().value());
  }

  private static Entry read(ResultSet row) throws SQLException {
    return new Entry(
        row.getLong("place"),
        Tx.instant(row, "commit_time"),
        row.getString("collection"),
        ByteString.copyFrom(row.getBytes("key")),
        row.getBoolean("gone"));
  }

  /** The queue or binding of a change. */
  Optional<Record> definition(Owner owner, Entry entry) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.first(
                """
                SELECT about->>'module' AS module, body FROM changes
                 WHERE tenant_uid = ? AND place = ?""",
                row ->
                    Record.newBuilder()
                        .setCollection(entry.collection())
                        .setKey(entry.key())
                        .setValue(ByteString.copyFrom(row.getBytes("body")))
                        .setModule(row.getString("module"))
                        .build(),
                owner.uid().value(),
                entry.place()));
  }

  /** Writes down how the tenant's queues and bindings are now, and with it what has changed. */
  void define(Owner owner, List<Record> now) {
    database.runInTenant(
        owner.id(),
        tx -> {
          boolean followed =
              !tx.query(
                      "SELECT FROM change_logs WHERE tenant_uid = ? FOR UPDATE",
                      row -> true,
                      owner.uid().value())
                  .isEmpty();
          if (followed) {
            define(tx, owner, now);
          }
        });
  }

  private record Id(String collection, ByteString key) {}

  private static void define(Tx tx, Owner owner, List<Record> now) throws SQLException {
    Map<Id, ByteString> known = new HashMap<>();
    tx.query(
        "SELECT collection, key, value FROM definitions WHERE tenant_uid = ?",
        row ->
            known.put(
                    new Id(row.getString("collection"), ByteString.copyFrom(row.getBytes("key"))),
                    ByteString.copyFrom(row.getBytes("value")))
                == null,
        owner.uid().value());
    List<List<Object>> changed = new ArrayList<>();
    for (Record record : now) {
      ByteString before = known.remove(new Id(record.getCollection(), record.getKey()));
      if (!Objects.equals(before, record.getValue())) {
        changed.add(
            List.of(
                owner.id().value(),
                owner.uid().value(),
                record.getCollection(),
                record.getKey().toByteArray(),
                record.getModule(),
                record.getValue().toByteArray()));
      }
    }
    tx.batch(
        """
        INSERT INTO definitions (tenant, tenant_uid, collection, key, module, value) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (tenant_uid, collection, key) DO UPDATE SET value = excluded.value""",
        changed);
    tx.batch(
        "DELETE FROM definitions WHERE tenant_uid = ? AND collection = ? AND key = ?",
        known.keySet().stream()
            .map(
                id -> List.<Object>of(owner.uid().value(), id.collection(), id.key().toByteArray()))
            .toList());
  }

  /** Drops changes that are older, and logs that nobody has read for that long, of all tenants. */
  void dropOlderThan(Duration age) {
    database.runInPlatform(
        tx -> {
          tx.update(
              """
              WITH gone AS (
                DELETE FROM changes WHERE commit_time < now() - ? * interval '1 ms' RETURNING tenant_uid, place)
              UPDATE change_logs l SET dropped = g.place
                FROM (SELECT tenant_uid, max(place) AS place FROM gone GROUP BY tenant_uid) AS g
               WHERE l.tenant_uid = g.tenant_uid""",
              age.toMillis());
          for (String table : List.of("changes", "definitions")) {
            tx.update(
                "DELETE FROM "
                    + table
                    + """
                       t USING change_logs l
                     WHERE t.tenant_uid = l.tenant_uid AND l.read_time < now() - ? * interval '1 ms'""",
                age.toMillis());
          }
          tx.update(
              "DELETE FROM change_logs WHERE read_time < now() - ? * interval '1 ms'",
              age.toMillis());
        });
  }
}
