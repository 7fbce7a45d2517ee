package dev.kryonix.tenant.state;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.tenant.state.Desired.Entry;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The database of a simulation: what is wanted, and which erasures are open. */
final class SimulatedTruth {
  private static final long JUMP = 1000;

  private Map<TenantUid, Row> rows = new LinkedHashMap<>();
  private long lastUid;

  /** A tenant, or its tombstone. */
  record Row(
      TenantId id,
      TenantUid uid,
      long generation,
      boolean serving,
      boolean removed,
      Set<String> awaited,
      Instant closedAt) {}

  Collection<Row> rows() {
    return rows.values();
  }

  Optional<Row> find(TenantUid uid) {
    return Optional.ofNullable(rows.get(uid));
  }

  Optional<Row> holder(TenantId id) {
    return rows.values().stream().filter(row -> row.id().equals(id) && !row.removed()).findFirst();
  }

  TenantUid create(TenantId id) {
    TenantUid uid = new TenantUid(new UUID(0, ++lastUid));
    rows.put(uid, new Row(id, uid, 1, true, false, Set.of(), Instant.MAX));
    return uid;
  }

  void change(Row row, boolean serving, Instant now) {
    Instant closedAt = serving ? Instant.MAX : row.serving() ? now : row.closedAt();
    put(new Row(row.id(), row.uid(), row.generation() + 1, serving, false, Set.of(), closedAt));
  }

  void purge(Row row, Set<String> services, Instant now) {
    Instant closedAt = row.serving() ? now : row.closedAt();
    put(new Row(row.id(), row.uid(), row.generation() + 1, false, true, services, closedAt));
  }

  void erased(TenantUid uid, String service) {
    Row row = rows.get(uid);
    if (row != null && row.awaited().contains(service)) {
      Set<String> left = new HashSet<>(row.awaited());
      left.remove(service);
      put(new Row(row.id(), uid, row.generation(), false, true, left, row.closedAt()));
    }
  }

  /** As Provisioning does for a database that was restored. */
  boolean jumpAhead(Map<TenantUid, Long> seen) {
    long above = 0;
    for (Map.Entry<TenantUid, Long> each : seen.entrySet()) {
      Row row = rows.get(each.getKey());
      if (row != null && each.getValue() > row.generation()) {
        above = Math.max(above, each.getValue());
      }
    }
    if (above == 0) {
      return false;
    }
    for (Row row : Set.copyOf(rows.values())) {
      put(
          new Row(
              row.id(),
              row.uid(),
              Math.max(row.generation(), above) + JUMP,
              row.serving(),
              row.removed(),
              row.awaited(),
              row.closedAt()));
    }
    return true;
  }

  Map<TenantUid, Row> snapshot() {
    return new LinkedHashMap<>(rows);
  }

  /** The database as it was; who was closed since then is open again, and nobody knows. */
  void restore(Map<TenantUid, Row> snapshot) {
    rows = new LinkedHashMap<>(snapshot);
  }

  static Entry entry(Row row) {
    return new Entry(row.uid(), row.id(), row.generation(), row.removed(), row.awaited());
  }

  Map<TenantUid, DesiredTenant> load(Collection<TenantUid> uids) {
    Map<TenantUid, DesiredTenant> loaded = new HashMap<>();
    for (TenantUid uid : uids) {
      find(uid).filter(row -> !row.removed()).ifPresent(row -> loaded.put(uid, desired(row)));
    }
    return loaded;
  }

  private static DesiredTenant desired(Row row) {
    return DesiredTenant.newBuilder()
        .setUid(row.uid().toBytes())
        .setId(row.id().value())
        .setGeneration(row.generation())
        .setServing(
            row.serving()
                ? ServingState.SERVING_STATE_SERVING
                : ServingState.SERVING_STATE_SUSPENDED)
        .setPlan("pro")
        .setCell("local")
        .build();
  }

  private void put(Row row) {
    rows.put(row.uid(), row);
  }
}
