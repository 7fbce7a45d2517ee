package dev.kryonix.tenant.tenants;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tenants in PostgreSQL. */
@Singleton
public final class TenantStore {
  private static final String COLUMNS =
      "uid, id, display_name, sector, plan, modules, region, labels, compliance, mobile_preference,"
          + " words, overrides, state, state_reason, previous_state, cell, revision, generation,"
          + " create_time, update_time, active_time, delete_time, purge_time";

  private static final String INSERT =
      "INSERT INTO tenants ("
          + COLUMNS
          + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String UPDATE =
      """
      UPDATE tenants
         SET display_name = ?, sector = ?, plan = ?, modules = ?, region = ?, labels = ?,
             compliance = ?, mobile_preference = ?, words = ?, overrides = ?, state = ?,
             state_reason = ?, previous_state = ?, revision = ?, generation = ?, update_time = ?,
             active_time = ?, delete_time = ?, purge_time = ?
       WHERE uid = ? AND revision = ?
      """;

  /** More generations than a tenant has in its life. */
  private static final long JUMP = 1_000_000;

  private static final String FIND =
      "SELECT " + COLUMNS + " FROM tenants WHERE id = ? AND state <> 'PURGED'";

  private static final String FIND_BY_UID = "SELECT " + COLUMNS + " FROM tenants WHERE uid = ?";

  private static final String PAGE =
      "SELECT "
          + COLUMNS
          + """
             FROM tenants
            WHERE id > ? COLLATE "C"
              AND state = ANY (?) AND (? = '' OR plan = ?) AND (? = '' OR modules @> ARRAY[?]::text[])
              AND labels @> ?
              AND NOT EXISTS (
                SELECT FROM unnest(?) AS wanted
                 WHERE NOT EXISTS (
                   SELECT FROM unnest(labels) AS label WHERE split_part(label, '=', 1) = wanted))
            ORDER BY id COLLATE "C", create_time LIMIT ?
            """;

  /** Inserts a new tenant. */
  void insert(Tx tx, Tenant tenant) throws SQLException {
    Profile profile = tenant.profile();
    Life life = tenant.life();
    tx.update(
        INSERT,
        tenant.uid().value(),
        tenant.id().value(),
        profile.displayName(),
        profile.sector(),
        profile.plan(),
        Columns.texts(profile.modules()),
        profile.region(),
        Columns.entries(profile.labels()),
        Columns.texts(profile.compliance()),
        profile.preference(),
        Columns.entries(profile.words()),
        profile.overrides().toByteArray(),
        life.phase(),
        life.reason(),
        text(life.before()),
        tenant.cell(),
        tenant.revision(),
        tenant.generation(),
        life.created(),
        life.updated(),
        life.activated().orElse(null),
        life.deleted().orElse(null),
        life.purgeable().orElse(null));
  }

  /** Replaces a tenant that this transaction has locked by its next revision. */
  public void update(Tx tx, Tenant next) throws SQLException {
    Profile profile = next.profile();
    Life life = next.life();
    int rows =
        tx.update(
            UPDATE,
            profile.displayName(),
            profile.sector(),
            profile.plan(),
            Columns.texts(profile.modules()),
            profile.region(),
            Columns.entries(profile.labels()),
            Columns.texts(profile.compliance()),
            profile.preference(),
            Columns.entries(profile.words()),
            profile.overrides().toByteArray(),
            life.phase(),
            life.reason(),
            text(life.before()),
            next.revision(),
            next.generation(),
            life.updated(),
            life.activated().orElse(null),
            life.deleted().orElse(null),
            life.purgeable().orElse(null),
            next.uid().value(),
            next.revision() - 1);
    if (rows != 1) {
      throw new IllegalStateException("tenant " + next.uid() + " was changed without its lock");
    }
  }

  /**
   * Lets services make the same true again, or something that is not of the tenant itself: a
   * generation above both its own and the given one. The revision stays.
   */
  public void nextGeneration(Tx tx, TenantUid uid, long above) throws SQLException {
    tx.update(
        "UPDATE tenants SET generation = greatest(generation, ?) + 1 WHERE uid = ?",
        above,
        uid.value());
  }

  /** The tenant that has the id now. */
  public Optional<Tenant> find(Tx tx, TenantId id) throws SQLException {
    return tx.first(FIND, TenantStore::read, id.value());
  }

  /** The tenant that has the id now; nobody else changes it before this transaction ends. */
  public Optional<Tenant> lock(Tx tx, TenantId id) throws SQLException {
    return tx.first(FIND + " FOR UPDATE", TenantStore::read, id.value());
  }

  /** The tenant of that uid, purged or not. */
  public Optional<Tenant> find(Tx tx, TenantUid uid) throws SQLException {
    return tx.first(FIND_BY_UID, TenantStore::read, uid.value());
  }

  /** The tenants of these uids but for those that have been purged. */
  public List<Tenant> find(Tx tx, Collection<TenantUid> uids) throws SQLException {
    return tx.query(
        "SELECT " + COLUMNS + " FROM tenants WHERE uid = ANY (?::uuid[]) AND state <> 'PURGED'",
        TenantStore::read,
        (Object) Columns.uids(uids));
  }

  /**
   * The newest of the seen generations that are above what the tenants have, or 0: it was given out
   * before the database was restored to an earlier state.
   */
  public long newestLost(Tx tx, Map<TenantUid, Long> seen) throws SQLException {
    List<TenantUid> uids = List.copyOf(seen.keySet());
    return tx.count(
        "SELECT coalesce(max(seen.generation), 0)"
            + " FROM unnest(?::uuid[], ?::bigint[]) AS seen (uid, generation)"
            + " JOIN tenants t USING (uid) WHERE seen.generation > t.generation",
        Columns.uids(uids),
        uids.stream().map(uid -> String.valueOf(seen.get(uid))).toArray(String[]::new));
  }

  /** Jumps ahead of every generation that was ever given out. Returns the tenants to be told of. */
  public List<TenantUid> jumpAhead(Tx tx, long above) throws SQLException {
    return tx.query(
        "UPDATE tenants SET generation = greatest(generation, ?) + ? RETURNING uid",
        row -> Columns.uid(row, "uid"),
        above,
        JUMP);
  }

  /** The tenant of that uid; nobody else changes it before this transaction ends. */
  public Optional<Tenant> lock(Tx tx, TenantUid uid) throws SQLException {
    return tx.first(FIND_BY_UID + " FOR UPDATE", TenantStore::read, uid.value());
  }

  /**
   * Deleted tenants whose grace period has ended by then; passes over those that another
   * transaction has locked.
   */
  public List<Tenant> lockPurgeable(Tx tx, Instant now, int most) throws SQLException {
    return tx.query(
        "SELECT "
            + COLUMNS
            + " FROM tenants WHERE state = 'DELETING' AND purge_time <= ?"
            + " ORDER BY purge_time LIMIT ? FOR UPDATE SKIP LOCKED",
        TenantStore::read,
        now,
        most);
  }

  /** The tenants after an id, in order of their ids. */
  List<Tenant> page(Tx tx, TenantFilter filter, String after, int limit) throws SQLException {
    return tx.query(
        PAGE,
        TenantStore::read,
        after,
        filter.phases().stream().map(Enum::name).toArray(String[]::new),
        filter.plan(),
        filter.plan(),
        filter.module(),
        filter.module(),
        Columns.texts(filter.labels().stream().filter(label -> label.contains("=")).toList()),
        Columns.texts(filter.labels().stream().filter(label -> !label.contains("=")).toList()),
        limit);
  }

  private static @Nullable String text(Optional<Phase> phase) {
    return phase.map(Enum::name).orElse(null);
  }

  private static Tenant read(ResultSet row) throws SQLException {
    return new Tenant(
        Columns.uid(row, "uid"),
        new TenantId(row.getString("id")),
        profile(row),
        life(row),
        row.getString("cell"),
        row.getLong("revision"),
        row.getLong("generation"));
  }

  private static Profile profile(ResultSet row) throws SQLException {
    return new Profile(
        row.getString("display_name"),
        row.getString("sector"),
        row.getString("plan"),
        Columns.texts(row, "modules"),
        row.getString("region"),
        Columns.entries(row, "labels"),
        Columns.texts(row, "compliance"),
        Preference.valueOf(row.getString("mobile_preference")),
        Columns.entries(row, "words"),
        limits(row.getBytes("overrides")));
  }

  private static Life life(ResultSet row) throws SQLException {
    return new Life(
        Phase.valueOf(row.getString("state")),
        row.getString("state_reason"),
        Optional.ofNullable(row.getString("previous_state")).map(Phase::valueOf),
        Tx.instant(row, "create_time"),
        Tx.instant(row, "update_time"),
        Tx.optionalInstant(row, "active_time"),
        Tx.optionalInstant(row, "delete_time"),
        Tx.optionalInstant(row, "purge_time"));
  }

  private static Limits limits(byte[] bytes) {
    try {
      return Limits.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the column overrides holds no Limits", e);
    }
  }
}
