package dev.kryonix.backup.catalogue;

import com.google.protobuf.ByteString;
import dev.kryonix.backup.catalogue.Backup.State;
import dev.kryonix.backup.catalogue.Backup.Trigger;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The backups in the catalogue. */
@Singleton
public final class BackupStore {
  private static final String INSERT =
      """
      INSERT INTO backups (tenant, tenant_uid, backup, state, trigger, instance, request_id, request_hash,
        description, labels, modules, pinned, retention_ms, create_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, request_id) WHERE request_id IS NOT NULL DO NOTHING""";
  private static final String UPSERT_SOURCE =
      """
      INSERT INTO backup_sources (tenant, tenant_uid, backup, place, source, state, records, bytes, expected,
        counts, snapshot_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, backup, place) DO UPDATE SET state = excluded.state,
        records = excluded.records, bytes = excluded.bytes, expected = excluded.expected,
        counts = excluded.counts, snapshot_time = excluded.snapshot_time""";
  // A cancellation that came meanwhile outlives whatever is not final.
  private static final String UPDATE =
      """
      UPDATE backups SET
        state = CASE WHEN state = 'CANCELLING' AND ? NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                     THEN state ELSE ? END,
        start_time = ?, end_time = ?, expire_time = ?,
        chunks = ?, new_chunks = ?, new_bytes = ?, stored_bytes = ?,
        failure_reason = ?, failure_message = ?, failure_source = ?
      WHERE tenant_uid = ? AND backup = ? AND state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
      RETURNING state""";
  private static final String SELECT = "SELECT * FROM backups WHERE tenant_uid = ? ";

  private final Database database;

  public BackupStore(Database database) {
    this.database = database;
  }

  /** Which backups are wanted; what is empty does not matter. */
  public record Filter(
      Optional<State> state,
      Optional<Trigger> trigger,
      Optional<Instant> from,
      Optional<Instant> until) {}

  /** Enters a new backup, unless its request has been seen before. */
  public Creation<Backup> create(Owner owner, Backup backup, Request request, String instance) {
    return database.inTenant(
        owner.id(),
        tx -> {
          int inserted = insert(tx, owner, backup, request, instance);
          if (inserted == 0) {
            return repeated(tx, owner, request);
          }
          saveSources(tx, owner, backup);
          return new Creation.Created<>(backup);
        });
  }

  public Optional<Backup> find(Owner owner, UUID backup) {
    return database.inTenant(
        owner.id(),
        tx -> {
          Optional<Backup> row =
              tx.first(SELECT + "AND backup = ?", BackupStore::read, owner.uid().value(), backup);
          return row.isEmpty() ? row : Optional.of(withSources(tx, owner, row.get()));
        });
  }

  public Page<Backup> list(Owner owner, Filter filter, Optional<Position> after, int size) {
    StringBuilder sql = new StringBuilder(SELECT);
    List<@Nullable Object> parameters = new ArrayList<>();
    parameters.add(owner.uid().value());
    filter.state().ifPresent(state -> add(sql, parameters, "AND state = ? ", state));
    filter.trigger().ifPresent(trigger -> add(sql, parameters, "AND trigger = ? ", trigger));
    filter.from().ifPresent(from -> add(sql, parameters, "AND create_time >= ? ", from));
    filter.until().ifPresent(until -> add(sql, parameters, "AND create_time < ? ", until));
    after.ifPresent(
        cursor ->
            add(
                sql,
                parameters,
                "AND (create_time, backup) < (?, ?) ",
                cursor.time(),
                UUID.fromString(cursor.id())));
    sql.append("ORDER BY create_time DESC, backup DESC LIMIT ").append(size + 1);
    return database.inTenant(
        owner.id(),
        tx -> {
          List<Backup> rows = tx.query(sql.toString(), BackupStore::read, parameters.toArray());
          Page<Backup> page = Page.of(rows, size, BackupStore::position);
          List<Backup> items = new ArrayList<>();
          for (Backup row : page.items()) {
            items.add(withSources(tx, owner, row));
          }
          return new Page<>(items, page.last());
        });
  }

  private static Position position(Backup item) {
    return new Position(item.times().create(), item.id().toString());
  }

  /** The newest backup that succeeded. */
  public Optional<Backup> newest(Owner owner) {
    Filter succeeded =
        new Filter(
            Optional.of(State.SUCCEEDED), Optional.empty(), Optional.empty(), Optional.empty());
    return list(owner, succeeded, Optional.empty(), 1).items().stream().findFirst();
  }

  /**
   * Saves how far a backup is, unless it has ended. Returns the state that now holds: CANCELLING
   * when a cancellation came meanwhile; empty when the backup has ended or gone.
   */
  public Optional<State> save(Owner owner, Backup backup) {
    return database.inTenant(
        owner.id(),
        tx -> {
          Optional<State> state =
              tx.first(
                  UPDATE,
                  row -> State.valueOf(row.getString("state")),
                  backup.state(),
                  backup.state(),
                  Columns.orNull(backup.times().start()),
                  Columns.orNull(backup.times().end()),
                  Columns.orNull(backup.times().expire()),
                  backup.volume().chunks(),
                  backup.volume().newChunks(),
                  backup.volume().newBytes(),
                  backup.volume().storedBytes(),
                  Columns.orNull(backup.failure().map(Failure::reason)),
                  Columns.orNull(backup.failure().map(Failure::message)),
                  Columns.orNull(backup.failure().map(Failure::source)),
                  owner.uid().value(),
                  backup.id());
          if (state.isPresent()) {
            saveSources(tx, owner, backup);
          }
          return state;
        });
  }

  /** Saves a verification's course. */
  public void save(Owner owner, UUID backup, Verification verification) {
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                """
                UPDATE backups SET verify_depth = ?, verify_state = ?, verify_start = ?, verify_end = ?,
                  verify_chunks = ?, verify_bytes = ?, verify_reason = ?, verify_message = ?
                WHERE tenant_uid = ? AND backup = ?""",
                verification.depth(),
                verification.state(),
                verification.startTime(),
                Columns.orNull(verification.endTime()),
                verification.chunks(),
                verification.bytes(),
                Columns.orNull(verification.finding().map(Failure::reason)),
                Columns.orNull(verification.finding().map(Failure::message)),
                owner.uid().value(),
                backup));
  }

  /** Asks whoever carries the backup out to stop. Does nothing to one that has ended. */
  public void cancel(Owner owner, UUID backup) {
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                """
                UPDATE backups SET state = 'CANCELLING'
                WHERE tenant_uid = ? AND backup = ? AND state IN ('PENDING', 'RUNNING', 'SEALING')""",
                owner.uid().value(),
                backup));
  }

  /** Takes a backup out. */
  public void delete(Owner owner, UUID backup) {
    database.runInTenant(
        owner.id(),
        tx ->
            tx.update(
                "DELETE FROM backups WHERE tenant_uid = ? AND backup = ?",
                owner.uid().value(),
                backup));
  }

  /** How many of them a tenant has. */
  public long count(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx -> tx.count("SELECT count(*) FROM backups WHERE tenant_uid = ?", owner.uid().value()));
  }

  /** Takes everything of a tenant out. */
  public void deleteAll(Owner owner) {
    database.runInTenant(
        owner.id(),
        tx -> tx.update("DELETE FROM backups WHERE tenant_uid = ?", owner.uid().value()));
  }

  /** How many backups of the tenant were asked for by a call and have not ended. */
  public int unfinished(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx ->
            tx.first(
                    """
                    SELECT count(*) FROM backups WHERE tenant_uid = ? AND trigger = 'REQUEST'
                      AND state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')""",
                    row -> row.getInt(1),
                    owner.uid().value())
                .orElse(0));
  }

  /** The backups that an instance left unfinished, and the verifications. */
  public List<Backup> abandoned(Owner owner, String instance) {
    return database.inTenant(
        owner.id(),
        tx -> {
          List<Backup> backups = new ArrayList<>();
          for (Backup row :
              tx.query(
                  SELECT
                      + """
                      AND instance = ? AND (state NOT IN ('SUCCEEDED', 'FAILED', 'CANCELLED')
                        OR verify_state = 'RUNNING') LIMIT 1000""",
                  BackupStore::read,
                  owner.uid().value(),
                  instance)) {
            backups.add(withSources(tx, owner, row));
          }
          return backups;
        });
  }

  private static int insert(Tx tx, Owner owner, Backup backup, Request request, String instance)
      throws SQLException {
    Backup.Order order = backup.order();
    return tx.update(
        INSERT,
        owner.id().value(),
        owner.uid().value(),
        backup.id(),
        backup.state(),
        order.trigger(),
        instance,
        Columns.orNull(request.id()),
        request.hash().toByteArray(),
        order.description(),
        Columns.texts(order.labels()),
        Columns.texts(order.modules()),
        order.pinned(),
        order.retention().toMillis(),
        backup.times().create());
  }

  private static Creation<Backup> repeated(Tx tx, Owner owner, Request request)
      throws SQLException {
    record Earlier(Backup backup, ByteString hash) {}
    Optional<Earlier> earlier =
        tx.first(
            SELECT + "AND request_id = ?",
            row -> new Earlier(read(row), ByteString.copyFrom(row.getBytes("request_hash"))),
            owner.uid().value(),
            request.id().orElseThrow());
    if (earlier.isEmpty() || !earlier.get().hash().equals(request.hash())) {
      return new Creation.Reused<>();
    }
    return new Creation.Repeated<>(withSources(tx, owner, earlier.get().backup()));
  }

  private static void saveSources(Tx tx, Owner owner, Backup backup) throws SQLException {
    int place = 0;
    for (SourceProgress source : backup.sources()) {
      tx.update(
          UPSERT_SOURCE,
          owner.id().value(),
          owner.uid().value(),
          backup.id(),
          place++,
          source.source(),
          source.state(),
          source.records(),
          source.bytes(),
          source.expected(),
          Columns.texts(source.counts()),
          Columns.orNull(source.snapshotTime()));
    }
  }

  private static Backup withSources(Tx tx, Owner owner, Backup backup) throws SQLException {
    List<SourceProgress> sources =
        tx.query(
            "SELECT * FROM backup_sources WHERE tenant_uid = ? AND backup = ? ORDER BY place",
            SourceRows::read,
            owner.uid().value(),
            backup.id());
    return new Backup(
        backup.id(),
        backup.state(),
        backup.order(),
        backup.times(),
        sources,
        backup.volume(),
        backup.failure(),
        backup.verification());
  }

  private static void add(
      StringBuilder sql, List<@Nullable Object> parameters, String clause, Object... values) {
    sql.append(clause);
    parameters.addAll(Arrays.asList(values));
  }

  private static Backup read(ResultSet row) throws SQLException {
    return new Backup(
        row.getObject("backup", UUID.class),
        State.valueOf(row.getString("state")),
        new Backup.Order(
            Trigger.valueOf(row.getString("trigger")),
            Columns.list(row, "modules"),
            row.getString("description"),
            Columns.map(row, "labels", value -> value),
            row.getBoolean("pinned"),
            Duration.ofMillis(row.getLong("retention_ms"))),
        new Backup.Times(
            Tx.instant(row, "create_time"),
            Tx.optionalInstant(row, "start_time"),
            Tx.optionalInstant(row, "end_time"),
            Tx.optionalInstant(row, "expire_time")),
        List.of(),
        new Backup.Volume(
            row.getLong("chunks"),
            row.getLong("new_chunks"),
            row.getLong("new_bytes"),
            row.getLong("stored_bytes")),
        Columns.failure(row),
        readVerification(row));
  }

  private static Optional<Verification> readVerification(ResultSet row) throws SQLException {
    String depth = row.getString("verify_depth");
    if (depth == null) {
      return Optional.empty();
    }
    String reason = row.getString("verify_reason");
    return Optional.of(
        new Verification(
            Verification.Depth.valueOf(depth),
            Progress.valueOf(row.getString("verify_state")),
            Tx.instant(row, "verify_start"),
            Tx.optionalInstant(row, "verify_end"),
            row.getLong("verify_chunks"),
            row.getLong("verify_bytes"),
            reason == null
                ? Optional.empty()
                : Optional.of(new Failure(reason, Columns.text(row, "verify_message"), ""))));
  }
}
