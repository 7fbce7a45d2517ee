package dev.kryonix.tenant.purge;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.purge.Erasure.Part;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Erasures in PostgreSQL. */
@Singleton
final class ErasureStore {
  private static final String INSERT =
      "INSERT INTO erasures (tenant_uid, tenant, start_time, destroyed_keys) VALUES (?, ?, ?, ?)";

  private static final String INSERT_PART =
      """
      INSERT INTO service_erasures
        (tenant_uid, tenant, service, finish_time, counts_before, counts_after)
      VALUES (?, ?, ?, ?, ?, ?)
      """;

  private static final String UPDATE_PART =
      """
      UPDATE service_erasures SET finish_time = ?, counts_before = ?, counts_after = ?
       WHERE tenant_uid = ? AND service = ?
      """;

  private static final String FIND =
      "SELECT tenant, start_time, finish_time, destroyed_keys FROM erasures WHERE tenant_uid = ?";

  private static final String PARTS =
      """
      SELECT service, finish_time, counts_before, counts_after
        FROM service_erasures WHERE tenant_uid = ? ORDER BY service
      """;

  void insert(Tx tx, Erasure erasure) throws SQLException {
    tx.update(
        INSERT,
        erasure.uid().value(),
        erasure.id().value(),
        erasure.started(),
        Columns.texts(erasure.destroyedKeys()));
    for (Part part : erasure.parts()) {
      tx.update(
          INSERT_PART,
          erasure.uid().value(),
          erasure.id().value(),
          part.service(),
          part.finished().orElse(null),
          texts(part.before()),
          texts(part.after()));
    }
  }

  void update(Tx tx, TenantUid uid, Part part) throws SQLException {
    tx.update(
        UPDATE_PART,
        part.finished().orElse(null),
        texts(part.before()),
        texts(part.after()),
        uid.value(),
        part.service());
  }

  void finish(Tx tx, TenantUid uid, Instant now) throws SQLException {
    tx.update("UPDATE erasures SET finish_time = ? WHERE tenant_uid = ?", now, uid.value());
  }

  Optional<Erasure> find(Tx tx, TenantUid uid) throws SQLException {
    return find(tx, uid, FIND);
  }

  /** The erasure; nobody else changes it before this transaction ends. */
  Optional<Erasure> lock(Tx tx, TenantUid uid) throws SQLException {
    return find(tx, uid, FIND + " FOR UPDATE");
  }

  private static Optional<Erasure> find(Tx tx, TenantUid uid, String query) throws SQLException {
    // The parts are read after the lock that the query may take.
    Optional<Erasure> bare =
        tx.first(
            query,
            row ->
                new Erasure(
                    new TenantId(row.getString("tenant")),
                    uid,
                    Tx.instant(row, "start_time"),
                    Tx.optionalInstant(row, "finish_time"),
                    Columns.texts(row, "destroyed_keys"),
                    List.of()),
            uid.value());
    if (bare.isEmpty()) {
      return bare;
    }
    Erasure erasure = bare.get();
    return Optional.of(
        new Erasure(
            erasure.id(),
            uid,
            erasure.started(),
            erasure.finished(),
            erasure.destroyedKeys(),
            tx.query(PARTS, ErasureStore::part, uid.value())));
  }

  private static Part part(ResultSet row) throws SQLException {
    return new Part(
        row.getString("service"),
        Tx.optionalInstant(row, "finish_time"),
        counts(row, "counts_before"),
        counts(row, "counts_after"));
  }

  private static String[] texts(Map<String, Long> counts) {
    return Columns.entries(
        counts.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().toString())));
  }

  private static SortedMap<String, Long> counts(ResultSet row, String column) throws SQLException {
    SortedMap<String, Long> counts = new TreeMap<>();
    Columns.entries(row, column).forEach((kind, count) -> counts.put(kind, Long.valueOf(count)));
    return counts;
  }
}
