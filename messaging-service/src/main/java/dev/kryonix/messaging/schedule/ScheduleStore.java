package dev.kryonix.messaging.schedule;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.records.Owner;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The messages that wait, in the database, by whose clock they are due. */
@Singleton
final class ScheduleStore {
  /** The channel on which replicas tell each other of what is due soon. */
  static final String CHANNEL = "kryonix_schedule";

  private static final int ERASED_AT_ONCE = 5000;
  private static final Duration SETTLED_STAY = Duration.ofDays(1);

  /** Somebody has to see it. */
  private static final Duration FAILED_STAY = Duration.ofDays(14);

  /** Keeps counting and adding of one tenant from overlapping. */
  private static final String LOCK =
      "SELECT pg_advisory_xact_lock(hashtextextended('kryonix.scheduled/' || ?, 0))";

  private static final String PUT =
      """
      INSERT INTO scheduled AS s (tenant, tenant_uid, schedule_id, message_id, module, operation, attributes,
        size_bytes, deliver_at, create_time, state, sealed, trace, attempt_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'WAITING', ?, ?, ?)
      ON CONFLICT (tenant_uid, schedule_id) DO UPDATE SET message_id = excluded.message_id,
        module = excluded.module, operation = excluded.operation, attributes = excluded.attributes,
        size_bytes = excluded.size_bytes, deliver_at = excluded.deliver_at,
        create_time = excluded.create_time, state = 'WAITING', sealed = excluded.sealed,
        trace = excluded.trace, attempt_at = excluded.attempt_at, attempts = 0, claimed = false,
        unknown = false, settle_time = NULL, failure = ''""";

  /** So much of messages is claimed at once, and a message more. */
  private static final long BYTES_AT_ONCE = 1024 * 1024;

  /** The rows are chosen once: a subquery might be run again for each row that is joined. */
  private static final String CLAIM =
      """
      WITH due AS MATERIALIZED (
        SELECT tenant_uid, schedule_id, attempt_at, octet_length(sealed) AS bytes FROM scheduled
         WHERE state = 'WAITING' AND attempt_at <= now()
         ORDER BY attempt_at LIMIT ? FOR UPDATE SKIP LOCKED),
      fitting AS MATERIALIZED (
        SELECT *, sum(bytes) OVER (ORDER BY attempt_at, tenant_uid, schedule_id) - bytes AS bytes_before FROM due)
      UPDATE scheduled s
         SET attempt_at = now() + ? * interval '1 ms', attempts = s.attempts + 1,
             unknown = s.unknown OR s.claimed, claimed = true
        FROM fitting
       WHERE s.tenant_uid = fitting.tenant_uid AND s.schedule_id = fitting.schedule_id AND bytes_before < ?
      RETURNING s.tenant, s.tenant_uid, s.schedule_id, s.message_id, s.sealed, s.trace, s.attempts,
                s.unknown, s.deliver_at""";

  private final Database database;

  ScheduleStore(Database database) {
    this.database = database;
  }

  /**
   * A message to keep.
   *
   * @param about all but its content
   * @param sealed its content
   * @param trace the trace context
   */
  record Entry(Scheduled about, byte[] sealed, Map<String, String> trace) {}

  /**
   * A message whose time has come, and which nobody else publishes for a while.
   *
   * @param unknown whether an attempt before may have published it
   */
  record Due(
      Owner owner,
      String id,
      String messageId,
      byte[] sealed,
      Map<String, String> trace,
      int attempts,
      boolean unknown,
      Instant deliverAt) {}

  /** Which ones are wanted. */
  record Filter(Optional<String> module, Optional<Instant> from, Optional<Instant> until) {}

  /** What became of an attempt to publish one. */
  sealed interface Ending {
    Due due();

    /** It is in its queue. */
    record Published(Due due) implements Ending {}

    /** It is tried again after a while. */
    record Later(Due due, Duration pause, boolean unknown) implements Ending {}

    /** It can never be published, for this reason. */
    record Failed(Due due, String why) implements Ending {}
  }

  /** Runs work of its own in the transaction that keeps a message. */
  <T extends @Nullable Object> T inTenant(Owner owner, Tx.Work<T> work) {
    return database.inTenant(owner.id(), work);
  }

  /** Keeps a message, in the place of one of the same id that waits. */
  void put(Tx tx, Owner owner, Entry entry, int most) throws SQLException {
    Scheduled about = entry.about();
    tx.query(LOCK, row -> true, owner.uid().toString());
    Optional<State> before = find(tx, owner, about.id());
    if (before.filter(State::isBeingPublished).isPresent()) {
      throw ScheduleErrors.beingPublished(about.id());
    }
    if (before.filter(State::isWaiting).isEmpty() && waiting(tx, owner) >= most) {
      throw ScheduleErrors.full(most);
    }
    tx.update(
        PUT,
        owner.id().value(),
        owner.uid().value(),
        about.id(),
        about.messageId(),
        about.module(),
        about.operation(),
        inTurn(about.attributes()),
        about.sizeBytes(),
        about.deliverAt(),
        about.createTime(),
        entry.sealed(),
        inTurn(entry.trace()),
        about.deliverAt());
  }

  /** Tells the other replicas of a message that is due before they look by themselves. */
  void tell(Tx tx, Instant due) throws SQLException {
    tx.query("SELECT pg_notify(?, ?)", row -> true, CHANNEL, Long.toString(due.toEpochMilli()));
  }

  Page<Scheduled> list(Owner owner, Filter filter, Optional<Position> after, int size) {
    StringBuilder sql =
        new StringBuilder(
            "SELECT * FROM scheduled WHERE tenant_uid = ? AND state IN ('WAITING', 'FAILED') ");
    List<@Nullable Object> parameters = new ArrayList<>();
    parameters.add(owner.uid().value());
    filter.module().ifPresent(module -> add(sql, parameters, "AND module = ? ", module));
    filter.from().ifPresent(from -> add(sql, parameters, "AND deliver_at >= ? ", from));
    filter.until().ifPresent(until -> add(sql, parameters, "AND deliver_at < ? ", until));
    after.ifPresent(
        cursor -> {
          add(sql, parameters, "AND (deliver_at, schedule_id) > (?, ?) ", cursor.time());
          parameters.add(cursor.id());
        });
    sql.append("ORDER BY deliver_at, schedule_id LIMIT ").append(size + 1);
    List<Scheduled> rows =
        database.inTenant(
            owner.id(), tx -> tx.query(sql.toString(), ScheduleStore::read, parameters.toArray()));
    return Page.of(rows, size, item -> new Position(item.deliverAt(), item.id()));
  }

  /** Takes a message back that waits or has failed, or has been taken back before. */
  Scheduled cancel(Owner owner, String id) {
    return database.inTenant(
        owner.id(),
        tx -> {
          State state = find(tx, owner, id).orElseThrow(() -> ScheduleErrors.notFound(id));
          if (state.isBeingPublished()) {
            throw ScheduleErrors.beingPublished(id);
          }
          if (state.name.equals("PUBLISHED")) {
            throw ScheduleErrors.delivered(id);
          }
          if (state.isWaiting() || state.name.equals("FAILED")) {
            tx.update(
                """
                UPDATE scheduled SET state = 'CANCELLED', sealed = NULL, settle_time = now()
                 WHERE tenant_uid = ? AND schedule_id = ?""",
                owner.uid().value(),
                id);
          }
          return state.about;
        });
  }

  /** Takes messages that are due, of all tenants, the longest due first. */
  List<Due> claim(int most, Duration lease) {
    return database.inPlatform(
        tx -> tx.query(CLAIM, ScheduleStore::readDue, most, lease.toMillis(), BYTES_AT_ONCE));
  }

  /** Writes down how attempts ended, of one tenant. */
  void end(Owner owner, List<Ending> endings) {
    database.runInTenant(
        owner.id(),
        tx -> {
          for (Ending ending : endings) {
            end(tx, owner, ending);
          }
        });
  }

  private static void end(Tx tx, Owner owner, Ending ending) throws SQLException {
    Due due = ending.due();
    switch (ending) {
      case Ending.Published published ->
          tx.update(
              """
              UPDATE scheduled SET state = 'PUBLISHED', sealed = NULL, claimed = false, settle_time = now()
               WHERE tenant_uid = ? AND schedule_id = ? AND message_id = ? AND state = 'WAITING'""",
              owner.uid().value(),
              due.id(),
              due.messageId());
      case Ending.Later later ->
          tx.update(
              """
              UPDATE scheduled SET attempt_at = now() + ? * interval '1 ms', claimed = false, unknown = ?
               WHERE tenant_uid = ? AND schedule_id = ? AND message_id = ? AND state = 'WAITING'
                 AND attempts = ?""",
              later.pause().toMillis(),
              later.unknown(),
              owner.uid().value(),
              due.id(),
              due.messageId(),
              due.attempts());
      case Ending.Failed failed ->
          tx.update(
              """
              UPDATE scheduled SET state = 'FAILED', failure = ?, claimed = false, settle_time = now()
               WHERE tenant_uid = ? AND schedule_id = ? AND message_id = ? AND state = 'WAITING'""",
              failed.why(),
              owner.uid().value(),
              due.id(),
              due.messageId());
    }
  }

  /** How long until a message is due; empty when none waits. */
  Optional<Duration> untilNext() {
    return database.inPlatform(
        tx ->
            tx.first(
                    """
                    SELECT extract(epoch FROM min(attempt_at) - now()) * 1000 AS millis
                      FROM scheduled WHERE state = 'WAITING'""",
                    row -> Optional.ofNullable(row.getBigDecimal("millis")))
                .flatMap(found -> found)
                .map(millis -> Duration.ofMillis(Math.max(0, millis.longValue()))));
  }

  /** What had to wait for the tenant itself is due again. */
  boolean dueAgain(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.update(
                    """
                    UPDATE scheduled SET attempt_at = deliver_at
                     WHERE tenant_uid = ? AND state = 'WAITING' AND NOT claimed AND attempt_at > deliver_at""",
                    owner.uid().value())
                > 0);
  }

  /** Takes out what has come to its end long ago; returns how many that were. */
  int eraseSettled() {
    return database.inPlatform(
        tx ->
            tx.update(
                """
                DELETE FROM scheduled WHERE ctid IN (
                  SELECT ctid FROM scheduled
                   WHERE state <> 'WAITING' AND settle_time < now() - ? * interval '1 ms'
                     AND (state <> 'FAILED' OR settle_time < now() - ? * interval '1 ms')
                   LIMIT ? FOR UPDATE SKIP LOCKED)""",
                SETTLED_STAY.toMillis(),
                FAILED_STAY.toMillis(),
                ERASED_AT_ONCE));
  }

  /** How one stands. */
  private record State(String name, boolean isBeingPublished, Scheduled about) {
    boolean isWaiting() {
      return name.equals("WAITING");
    }
  }

  private static Optional<State> find(Tx tx, Owner owner, String id) throws SQLException {
    return tx.first(
        """
        SELECT *, state = 'WAITING' AND claimed AND attempt_at > now() AS being_published
          FROM scheduled WHERE tenant_uid = ? AND schedule_id = ? FOR UPDATE""",
        row -> new State(row.getString("state"), row.getBoolean("being_published"), read(row)),
        owner.uid().value(),
        id);
  }

  private static long waiting(Tx tx, Owner owner) throws SQLException {
    return tx.first(
            "SELECT count(*) FROM scheduled WHERE tenant_uid = ? AND state = 'WAITING'",
            row -> row.getLong(1),
            owner.uid().value())
        .orElse(0L);
  }

  private static void add(
      StringBuilder sql, List<@Nullable Object> parameters, String clause, Object value) {
    sql.append(clause);
    parameters.add(value);
  }

  static Scheduled read(ResultSet row) throws SQLException {
    return new Scheduled(
        row.getString("schedule_id"),
        row.getString("message_id"),
        row.getString("module"),
        row.getString("operation"),
        map(row, "attributes"),
        row.getLong("size_bytes"),
        Tx.instant(row, "deliver_at"),
        Tx.instant(row, "create_time"),
        // What a change has kept may be older than the column.
        Objects.requireNonNullElse(row.getString("failure"), ""));
  }

  private static Due readDue(ResultSet row) throws SQLException {
    TenantId tenant = TenantId.parse(row.getString("tenant")).orElseThrow();
    return new Due(
        new Owner(tenant, new TenantUid(row.getObject("tenant_uid", UUID.class))),
        row.getString("schedule_id"),
        row.getString("message_id"),
        row.getBytes("sealed"),
        map(row, "trace"),
        row.getInt("attempts"),
        row.getBoolean("unknown"),
        Tx.instant(row, "deliver_at"));
  }

  static String[] inTurn(Map<String, String> map) {
    List<String> texts = new ArrayList<>();
    new TreeMap<>(map)
        .forEach(
            (key, value) -> {
              texts.add(key);
              texts.add(value);
            });
    return texts.toArray(String[]::new);
  }

  private static Map<String, String> map(ResultSet row, String column) throws SQLException {
    String[] texts = (String[]) row.getArray(column).getArray();
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i + 1 < texts.length; i += 2) {
      map.put(texts[i], texts[i + 1]);
    }
    return map;
  }
}
