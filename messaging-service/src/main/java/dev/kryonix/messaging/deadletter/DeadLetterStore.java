package dev.kryonix.messaging.deadletter;

import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.messaging.payload.PropertiesForm;
import dev.kryonix.messaging.records.Owner;
import dev.kryonix.messaging.retry.Attempts;
import dev.kryonix.messaging.retry.DeadReason;
import dev.kryonix.messaging.topology.Operations;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The dead letters in the database. */
@Singleton
final class DeadLetterStore {
  private static final int ERASED_AT_ONCE = 1000;

  /** So much of messages is read at once, and a message more. */
  private static final long BYTES_AT_ONCE = 4L * 1024 * 1024;

  private static final String LIST =
      """
      SELECT * FROM (
        SELECT l.*, sum(octet_length(body)) OVER newest - octet_length(body) AS bytes_before, count(*) OVER () AS found
          FROM (SELECT * FROM dead_letters WHERE %s ORDER BY dead_time DESC, dead_letter_id DESC LIMIT ?) l
        WINDOW newest AS (ORDER BY dead_time DESC, dead_letter_id DESC)) s
       WHERE bytes_before < ? ORDER BY dead_time DESC, dead_letter_id DESC""";

  private static final String COLUMNS =
      "tenant, tenant_uid, dead_letter_id, module, operation, source, reason, first_error, last_error,"
          + " attempts, attempt_times, dead_time, fingerprint, properties, body, expire_time";

  private static final String VALUES = " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?";

  private static final String PUT =
      "INSERT INTO dead_letters (" + COLUMNS + ")" + VALUES + ") ON CONFLICT DO NOTHING";

  private static final String STAGE =
      "INSERT INTO dead_letters_staged (" + COLUMNS + ", import)" + VALUES + ", ?)";

  private static final String GROUPS =
      """
      SELECT fingerprint, min(module) AS module, min(operation) AS operation, min(reason) AS reason, count(*) AS count,
             (array_agg(last_error ORDER BY dead_time DESC))[1] AS error,
             min(dead_time) AS first, max(dead_time) AS last
        FROM dead_letters WHERE %s
       GROUP BY fingerprint""";

  /** The rows are chosen once: a subquery might be run again for each row that is joined. */
  private static final String CLAIM =
      """
      WITH next AS MATERIALIZED (
        SELECT tenant_uid, dead_letter_id, dead_time, octet_length(body) AS bytes,
               claimed_until IS NOT NULL AS claimed_before
          FROM dead_letters
         WHERE %s AND (claimed_until IS NULL OR claimed_until < now())
         ORDER BY dead_time, dead_letter_id LIMIT ? FOR UPDATE SKIP LOCKED),
      fitting AS MATERIALIZED (
        SELECT *, sum(bytes) OVER (ORDER BY dead_time, dead_letter_id) - bytes AS bytes_before FROM next)
      UPDATE dead_letters d SET claimed_until = now() + ? * interval '1 ms'
        FROM fitting
       WHERE d.tenant_uid = fitting.tenant_uid AND d.dead_letter_id = fitting.dead_letter_id AND bytes_before < ?
      RETURNING d.*, claimed_before""";

  private final Database database;
  private final Operations operations;

  DeadLetterStore(Database database, Operations operations) {
    this.database = database;
    this.operations = operations;
  }

  /** Keeps dead letters, in one transaction; one that is there already stays as it is. */
  void put(Owner owner, List<DeadMessage> messages) {
    List<List<Object>> rows = messages.stream().map(message -> row(owner, message)).toList();
    database.runInTenant(owner.id(), tx -> tx.batch(PUT, rows));
  }

  private List<Object> row(Owner owner, DeadMessage message) {
    Attempts attempts = message.attempts();
    return List.of(
        owner.id().value(),
        owner.uid().value(),
        message.id(),
        message.module(),
        message.operation(),
        message.source(),
        message.reason(),
        plain(attempts.firstError()),
        plain(attempts.lastError()),
        attempts.failed(),
        attempts.times().stream()
            .map(time -> Long.toString(time.toEpochMilli()))
            .toArray(String[]::new),
        message.time(),
        message.fingerprint(),
        PropertiesForm.write(message.properties()),
        message.body(),
        message.time().plus(operations.retention(message.module())));
  }

  /** PostgreSQL has no text with a zero in it. */
  private static String plain(String text) {
    return text.replace("\0", "");
  }

  /** One of a list, and how many there are of those that were asked for. */
  private record Listed(DeadMessage message, long found) {}

  /** The newest first: at most so many, and fewer when they are large. */
  Page<DeadMessage> list(Owner owner, Filter filter, Optional<Position> after, int size) {
    Conditions conditions = new Conditions(owner, filter);
    after.ifPresent(
        position ->
            conditions.and("(dead_time, dead_letter_id) < (?, ?)", position.time(), position.id()));
    Object[] parameters =
        Stream.concat(Stream.of(conditions.parameters()), Stream.of(size + 1, BYTES_AT_ONCE))
            .toArray();
    List<Listed> rows =
        database.inTenant(
            owner.id(),
            tx ->
                tx.query(
                    LIST.formatted(conditions.sql()),
                    row -> new Listed(read(row), row.getLong("found")),
                    parameters));
    List<DeadMessage> items = rows.stream().limit(size).map(Listed::message).toList();
    boolean isMore = !rows.isEmpty() && rows.getFirst().found() > items.size();
    return new Page<>(items, isMore ? Optional.of(position(items.getLast())) : Optional.empty());
  }

  static Position position(DeadMessage message) {
    return new Position(message.time(), message.id());
  }

  /** The largest first; one more than asked for, when there are more. */
  List<Group> groups(Owner owner, Filter filter, Optional<GroupPlace> after, int size) {
    Conditions conditions = new Conditions(owner, filter);
    String sql =
        "SELECT * FROM ("
            + GROUPS.formatted(conditions.sql())
            + ") AS g"
            + (after.isPresent() ? " WHERE (count, fingerprint) < (?, ?)" : "")
            + " ORDER BY count DESC, fingerprint DESC LIMIT "
            + (size + 1);
    Object[] parameters =
        Stream.concat(
                Stream.of(conditions.parameters()),
                after.stream().flatMap(place -> Stream.of(place.count(), place.fingerprint())))
            .toArray();
    return database.inTenant(
        owner.id(), tx -> tx.query(sql, DeadLetterStore::readGroup, parameters));
  }

  long count(Owner owner, Filter filter) {
    Conditions conditions = new Conditions(owner, filter);
    return database.inTenant(
        owner.id(),
        tx ->
            tx.count(
                "SELECT count(*) FROM dead_letters WHERE " + conditions.sql(),
                conditions.parameters()));
  }

  /**
   * Takes the oldest ones behind the position for a while, so that nobody else publishes them;
   * fewer than wanted when they are large.
   */
  List<Claimed> claim(Owner owner, Filter filter, Optional<Position> after, Claiming claiming) {
    Conditions conditions = new Conditions(owner, filter);
    after.ifPresent(
        position ->
            conditions.and("(dead_time, dead_letter_id) > (?, ?)", position.time(), position.id()));
    Object[] parameters =
        Stream.concat(
                Stream.of(conditions.parameters()),
                Stream.of(claiming.most(), claiming.lease().toMillis(), BYTES_AT_ONCE))
            .toArray();
    return database
        .inTenant(
            owner.id(),
            tx ->
                tx.query(
                    CLAIM.formatted(conditions.sql()),
                    row -> new Claimed(read(row), row.getBoolean("claimed_before")),
                    parameters))
        .stream()
        .sorted(
            Comparator.comparing((Claimed each) -> each.message().time())
                .thenComparing(each -> each.message().id()))
        .toList();
  }

  /**
   * One that is claimed.
   *
   * @param before whether nobody knows what became of it when it was claimed before
   */
  record Claimed(DeadMessage message, boolean before) {}

  /** Whether somebody publishes some of them just now, or has died over it a moment ago. */
  boolean areClaimed(Owner owner, Filter filter) {
    Conditions conditions = new Conditions(owner, filter);
    conditions.and("claimed_until >= now()");
    return database.inTenant(
        owner.id(),
        tx ->
            tx.count(
                    "SELECT count(*) FROM (SELECT 1 FROM dead_letters WHERE "
                        + conditions.sql()
                        + " LIMIT 1) AS one",
                    conditions.parameters())
                > 0);
  }

  /** How many are claimed, and for how long. */
  record Claiming(int most, Duration lease) {}

  /**
   * Those that were published are gone. The others are nobody's again, and of those of which nobody
   * knows whether they were published that is kept.
   */
  void settle(Owner owner, List<String> published, List<String> unknown, List<String> others) {
    database.runInTenant(
        owner.id(),
        tx -> {
          tx.update(
              "DELETE FROM dead_letters WHERE tenant_uid = ? AND dead_letter_id = ANY (?)",
              owner.uid().value(),
              published.toArray(String[]::new));
          tx.update(
              "UPDATE dead_letters SET claimed_until = now() - interval '1 s'"
                  + " WHERE tenant_uid = ? AND dead_letter_id = ANY (?)",
              owner.uid().value(),
              unknown.toArray(String[]::new));
          tx.update(
              "UPDATE dead_letters SET claimed_until = NULL WHERE tenant_uid = ? AND dead_letter_id = ANY (?)",
              owner.uid().value(),
              others.toArray(String[]::new));
        });
  }

  /** Takes them out for good, but for those that somebody is publishing; returns how many. */
  int drop(Tx tx, Owner owner, Filter filter) throws SQLException {
    Conditions conditions = new Conditions(owner, filter);
    return tx.update(
        "DELETE FROM dead_letters WHERE "
            + conditions.sql()
            + " AND (claimed_until IS NULL OR claimed_until < now())",
        conditions.parameters());
  }

  /** Those after an id, in the order of the ids' bytes. */
  List<DeadMessage> after(Owner owner, String id, int most) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.query(
                """
                SELECT * FROM dead_letters
                 WHERE tenant_uid = ? AND dead_letter_id COLLATE "C" > ? AND expire_time > now()
                 ORDER BY dead_letter_id COLLATE "C" LIMIT ?""",
                DeadLetterStore::read,
                owner.uid().value(),
                id,
                most));
  }

  /** What a change of that place in the tenant's log has put. */
  Optional<DeadMessage> changed(Owner owner, long place) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.first(
                """
                SELECT r.dead_letter_id, r.module, r.operation, r.source, r.reason, r.first_error, r.last_error,
                       r.attempts, r.attempt_times, r.dead_time, r.fingerprint, c.properties, c.body
                  FROM changes c, LATERAL jsonb_populate_record(NULL::dead_letters, c.about) r
                 WHERE c.tenant_uid = ? AND c.place = ?""",
                DeadLetterStore::read,
                owner.uid().value(),
                place));
  }

  /** Stages a dead letter of an import. */
  void stage(Owner owner, UUID importId, DeadMessage message) {
    List<Object> row = new ArrayList<>(row(owner, message));
    row.add(importId);
    database.runInTenant(owner.id(), tx -> tx.update(STAGE, row.toArray()));
  }

  /** Puts all that an import has staged among the dead letters, but for ids that are known. */
  void commit(Tx tx, Owner owner, UUID importId) throws SQLException {
    tx.update(
        "INSERT INTO dead_letters ("
            + COLUMNS
            + ") SELECT "
            + COLUMNS
            + " FROM dead_letters_staged WHERE tenant_uid = ? AND import = ? ON CONFLICT DO NOTHING",
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
        "DELETE FROM dead_letters_staged WHERE tenant_uid = ? AND import = ?",
        owner.uid().value(),
        importId);
  }

  /** Takes out what has been kept long enough; returns how many. */
  int eraseExpired() {
    return database.inPlatform(
        tx ->
            tx.update(
                """
                DELETE FROM dead_letters WHERE ctid IN (
                  SELECT ctid FROM dead_letters WHERE expire_time <= now() LIMIT ? FOR UPDATE SKIP LOCKED)""",
                ERASED_AT_ONCE));
  }

  /** How many there are of the tenant, expired ones included. */
  long size(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.count(
                "SELECT count(*) FROM dead_letters WHERE tenant_uid = ?", owner.uid().value()));
  }

  private static DeadMessage read(ResultSet row) throws SQLException {
    String[] times = (String[]) row.getArray("attempt_times").getArray();
    return new DeadMessage(
        row.getString("dead_letter_id"),
        row.getString("module"),
        row.getString("operation"),
        row.getString("source"),
        DeadReason.valueOf(row.getString("reason")),
        new Attempts(
            row.getInt("attempts"),
            Stream.of(times).map(time -> Instant.ofEpochMilli(Long.parseLong(time))).toList(),
            row.getString("first_error"),
            row.getString("last_error")),
        Tx.instant(row, "dead_time"),
        row.getString("fingerprint"),
        PropertiesForm.read(row.getBytes("properties")),
        row.getBytes("body"));
  }

  private static Group readGroup(ResultSet row) throws SQLException {
    return new Group(
        row.getString("fingerprint"),
        row.getString("module"),
        row.getString("operation"),
        DeadReason.valueOf(row.getString("reason")),
        row.getString("error"),
        row.getLong("count"),
        Tx.instant(row, "first"),
        Tx.instant(row, "last"));
  }
}
