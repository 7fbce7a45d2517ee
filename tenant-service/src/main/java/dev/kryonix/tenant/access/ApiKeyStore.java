package dev.kryonix.tenant.access;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** API keys in PostgreSQL, with a hash where the secret would be. */
@Singleton
public final class ApiKeyStore {
  private static final String COLUMNS =
      "id, tenant_uid, tenant, display_name, scopes, create_time, expire_time, revoke_time,"
          + " last_use_time";

  private static final String INSERT =
      """
      INSERT INTO api_keys (id, tenant_uid, tenant, display_name, scopes, hash, create_time,
        expire_time)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String PAGE =
      "SELECT "
          + COLUMNS
          + " FROM api_keys WHERE tenant_uid = ? AND id COLLATE \"C\" > ?"
          + " ORDER BY id COLLATE \"C\" LIMIT ?";

  private static final String LIVE =
      "SELECT count(*) FROM api_keys WHERE tenant_uid = ? AND revoke_time IS NULL"
          + " AND (expire_time IS NULL OR expire_time > ?)";

  private static final String USED =
      "UPDATE api_keys SET last_use_time = date_trunc('minute', ?::timestamptz)"
          + " WHERE id = ? AND (last_use_time IS NULL"
          + " OR last_use_time < date_trunc('minute', ?::timestamptz))";

  /** A key and the hash of its secret. */
  record Stored(ApiKey key, byte[] hash) {}

  void insert(Tx tx, ApiKey key, byte[] hash) throws SQLException {
    tx.update(
        INSERT,
        key.id(),
        key.uid().value(),
        key.tenant().value(),
        key.displayName(),
        Columns.texts(List.copyOf(key.scopes())),
        hash,
        key.created(),
        key.expires().orElse(null));
  }

  /** The key of that id, whosesoever. */
  Optional<Stored> find(Tx tx, String id) throws SQLException {
    return tx.first(
        "SELECT " + COLUMNS + ", hash FROM api_keys WHERE id = ?",
        row -> new Stored(read(row), row.getBytes("hash")),
        id);
  }

  /** The tenant's key of that id. */
  Optional<ApiKey> find(Tx tx, TenantUid uid, String id) throws SQLException {
    return tx.first(
        "SELECT " + COLUMNS + " FROM api_keys WHERE tenant_uid = ? AND id = ?",
        ApiKeyStore::read,
        uid.value(),
        id);
  }

  List<ApiKey> page(Tx tx, TenantUid uid, String after, int limit) throws SQLException {
    return tx.query(PAGE, ApiKeyStore::read, uid.value(), after, limit);
  }

  long countLive(Tx tx, TenantUid uid, Instant now) throws SQLException {
    return tx.count(LIVE, uid.value(), now);
  }

  void revoke(Tx tx, String id, Instant now) throws SQLException {
    tx.update("UPDATE api_keys SET revoke_time = ? WHERE id = ?", now, id);
  }

  /** Notes the use, once a minute at most, so that a busy key is not a hot row. */
  void used(Tx tx, String id, Instant now) throws SQLException {
    tx.update(USED, now, id, now);
  }

  /** The ids of the tenants' keys that were revoked after the instant. */
  public Map<TenantUid, List<String>> revokedSince(Tx tx, Collection<TenantUid> uids, Instant since)
      throws SQLException {
    Map<TenantUid, List<String>> revoked = new HashMap<>();
    tx.query(
        "SELECT tenant_uid, id FROM api_keys"
            + " WHERE tenant_uid = ANY (?::uuid[]) AND revoke_time > ? ORDER BY id",
        row ->
            revoked
                .computeIfAbsent(Columns.uid(row, "tenant_uid"), uid -> new ArrayList<>())
                .add(row.getString("id")),
        Columns.uids(uids),
        since);
    return revoked;
  }

  private static ApiKey read(ResultSet row) throws SQLException {
    return new ApiKey(
        row.getString("id"),
        new TenantId(row.getString("tenant")),
        Columns.uid(row, "tenant_uid"),
        row.getString("display_name"),
        Scopes.sorted(Columns.texts(row, "scopes")),
        Tx.instant(row, "create_time"),
        Tx.optionalInstant(row, "expire_time"),
        Tx.optionalInstant(row, "revoke_time"),
        Tx.optionalInstant(row, "last_use_time"));
  }
}
