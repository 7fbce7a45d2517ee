package dev.kryonix.backup.catalogue;

import com.google.protobuf.ByteString;
import dev.kryonix.backup.catalogue.Restore.Phase;
import dev.kryonix.backup.catalogue.Restore.PhaseProgress;
import dev.kryonix.backup.catalogue.Restore.State;
import dev.kryonix.kit.paging.Page;
import dev.kryonix.kit.paging.Position;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.postgres.Tx;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The restores in the catalogue. */
@Singleton
public final class RestoreStore {
  private static final String RUNNING_CONSTRAINT = "restores_running";
  private static final String INSERT =
      """
      INSERT INTO restores (tenant, tenant_uid, restore, state, instance, request_id, request_hash, backup,
        sources, modules, create_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, request_id) WHERE request_id IS NOT NULL DO NOTHING""";
  private static final String UPSERT_PHASE =
      """
      INSERT INTO restore_phases (tenant, tenant_uid, restore, place, phase, source, state, records, bytes,
        expected, counts, snapshot_time, start_time, end_time, rolled_back)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant_uid, restore, place) DO UPDATE SET state = excluded.state,
        records = excluded.records, bytes = excluded.bytes, expected = excluded.expected,
        counts = excluded.counts, snapshot_time = excluded.snapshot_time, start_time = excluded.start_time,
        end_time = excluded.end_time, rolled_back = excluded.rolled_back""";
  private static final String SELECT = "SELECT * FROM restores WHERE tenant_uid = ? ";

  private final Database database;

  public RestoreStore(Database database) {
    this.database = database;
  }

  /** Enters a new restore, unless its request has been seen before or another one is under way. */
  public Creation<Restore> create(Owner owner, Restore restore, Request request, String instance) {
    Optional<Creation<Restore>> earlier =
        database.inTenant(owner.id(), tx -> repeated(tx, owner, request));
    if (earlier.isPresent()) {
      return earlier.get();
    }
    try {
      return database.inTenant(
          owner.id(),
          tx -> {
            if (insert(tx, owner, restore, request, instance) == 0) {
              return repeated(tx, owner, request).orElseGet(Creation.Reused::new);
            }
            savePhases(tx, owner, restore);
            return new Creation.Created<>(restore);
          });
    } catch (DatabaseException e) {
      if (e.constraint().equals(Optional.of(RUNNING_CONSTRAINT))) {
        return new Creation.Busy<>();
      }
      throw e;
    }
  }

  public Optional<Restore> find(Owner owner, UUID restore) {
    return database.inTenant(
        owner.id(),
        tx -> {
          Optional<Restore> row =
              tx.first(
                  SELECT + "AND restore = ?", RestoreStore::read, owner.uid().value(), restore);
          return row.isEmpty() ? row : Optional.of(withPhases(tx, owner, row.get()));
        });
  }

  public Page<Restore> list(
      Owner owner, Optional<State> state, Optional<Position> after, int size) {
    StringBuilder sql = new StringBuilder(SELECT);
    List<@Nullable Object> parameters = new ArrayList<>();
    parameters.add(owner.uid().value());
    if (state.isPresent()) {
      sql.append("AND state = ? ");
      parameters.add(state.get());
    }
    if (after.isPresent()) {
      sql.append("AND (create_time, restore) < (?, ?) ");
      parameters.add(after.get().time());
      parameters.add(UUID.fromString(after.get().id()));
    }
    sql.append("ORDER BY create_time DESC, restore DESC LIMIT ").append(size + 1);
    return database.inTenant(
        owner.id(),
        tx -> {
          List<Restore> rows = tx.query(sql.toString(), RestoreStore::read, parameters.toArray());
          Page<Restore> page = Page.of(rows, size, RestoreStore::position);
          List<Restore> items = new ArrayList<>();
          for (Restore row : page.items()) {
            items.add(withPhases(tx, owner, row));
          }
          return new Page<>(items, page.last());
        });
  }

  private static Position position(Restore item) {
    return new Position(item.times().create(), item.id().toString());
  }

  /** Saves how far a restore is. */
  public void save(Owner owner, Restore restore) {
    database.runInTenant(
        owner.id(),
        tx -> {
          tx.update(
              """
              UPDATE restores SET state = ?, safety_backup = ?, end_time = ?, expired_records = ?,
                failure_reason = ?, failure_message = ?, failure_source = ?
              WHERE tenant_uid = ? AND restore = ?""",
              restore.state(),
              Columns.orNull(restore.safetyBackup()),
              Columns.orNull(restore.times().end()),
              restore.expired(),
              Columns.orNull(restore.failure().map(Failure::reason)),
              Columns.orNull(restore.failure().map(Failure::message)),
              Columns.orNull(restore.failure().map(Failure::source)),
              owner.uid().value(),
              restore.id());
          savePhases(tx, owner, restore);
        });
  }

  /** The restores that an instance left unfinished. */
  public List<Restore> abandoned(Owner owner, String instance) {
    return database.inTenant(
        owner.id(),
        tx -> {
          List<Restore> restores = new ArrayList<>();
          for (Restore row :
              tx.query(
                  SELECT + "AND instance = ? AND state IN ('RUNNING', 'ROLLING_BACK') LIMIT 10",
                  RestoreStore::read,
                  owner.uid().value(),
                  instance)) {
            restores.add(withPhases(tx, owner, row));
          }
          return restores;
        });
  }

  /** Whether a restore that is under way needs the backup. */
  public boolean isInUse(Owner owner, UUID backup) {
    return database
        .inTenant(
            owner.id(),
            tx ->
                tx.first(
                    SELECT
                        + "AND state IN ('RUNNING', 'ROLLING_BACK') AND ? IN (backup, safety_backup)",
                    row -> true,
                    owner.uid().value(),
                    backup))
        .isPresent();
  }

  /** How many of them a tenant has. */
  public long count(Owner owner) {
    return database.inTenant(
        owner.id(),
        tx -> tx.count("SELECT count(*) FROM restores WHERE tenant_uid = ?", owner.uid().value()));
  }

  /** Takes everything of a tenant out. */
  public void deleteAll(Owner owner) {
    database.runInTenant(
        owner.id(),
        tx -> tx.update("DELETE FROM restores WHERE tenant_uid = ?", owner.uid().value()));
  }

  private static int insert(Tx tx, Owner owner, Restore restore, Request request, String instance)
      throws SQLException {
    return tx.update(
        INSERT,
        owner.id().value(),
        owner.uid().value(),
        restore.id(),
        restore.state(),
        instance,
        Columns.orNull(request.id()),
        request.hash().toByteArray(),
        restore.order().backup(),
        Columns.texts(restore.order().sources()),
        Columns.texts(restore.order().modules()),
        restore.times().create());
  }

  private static Optional<Creation<Restore>> repeated(Tx tx, Owner owner, Request request)
      throws SQLException {
    record Earlier(Restore restore, ByteString hash) {}
    if (request.id().isEmpty()) {
      return Optional.empty();
    }
    Optional<Earlier> earlier =
        tx.first(
            SELECT + "AND request_id = ?",
            row -> new Earlier(read(row), ByteString.copyFrom(row.getBytes("request_hash"))),
            owner.uid().value(),
            request.id().get());
    if (earlier.isEmpty()) {
      return Optional.empty();
    }
    return earlier.get().hash().equals(request.hash())
        ? Optional.of(new Creation.Repeated<>(withPhases(tx, owner, earlier.get().restore())))
        : Optional.of(new Creation.Reused<>());
  }

  private static void savePhases(Tx tx, Owner owner, Restore restore) throws SQLException {
    int place = 0;
    for (PhaseProgress phase : restore.phases()) {
      SourceProgress progress = phase.progress();
      tx.update(
          UPSERT_PHASE,
          owner.id().value(),
          owner.uid().value(),
          restore.id(),
          place++,
          phase.phase(),
          progress.source().isEmpty() ? null : progress.source(),
          progress.state(),
          progress.records(),
          progress.bytes(),
          progress.expected(),
          Columns.texts(progress.counts()),
          Columns.orNull(progress.snapshotTime()),
          Columns.orNull(phase.start()),
          Columns.orNull(phase.end()),
          phase.rolledBack());
    }
  }

  private static Restore withPhases(Tx tx, Owner owner, Restore restore) throws SQLException {
    List<PhaseProgress> phases =
        tx.query(
            "SELECT * FROM restore_phases WHERE tenant_uid = ? AND restore = ? ORDER BY place",
            RestoreStore::readPhase,
            owner.uid().value(),
            restore.id());
    return new Restore(
        restore.id(),
        restore.state(),
        restore.order(),
        phases,
        restore.safetyBackup(),
        restore.expired(),
        restore.times(),
        restore.failure());
  }

  private static PhaseProgress readPhase(ResultSet row) throws SQLException {
    return new PhaseProgress(
        Phase.valueOf(row.getString("phase")),
        SourceRows.read(row),
        Tx.optionalInstant(row, "start_time"),
        Tx.optionalInstant(row, "end_time"),
        row.getBoolean("rolled_back"));
  }

  private static Restore read(ResultSet row) throws SQLException {
    return new Restore(
        row.getObject("restore", UUID.class),
        State.valueOf(row.getString("state")),
        new Restore.Order(
            row.getObject("backup", UUID.class),
            Columns.list(row, "sources"),
            Columns.list(row, "modules")),
        List.of(),
        Optional.ofNullable(row.getObject("safety_backup", UUID.class)),
        row.getLong("expired_records"),
        new Restore.Times(Tx.instant(row, "create_time"), Tx.optionalInstant(row, "end_time")),
        Columns.failure(row));
  }
}
