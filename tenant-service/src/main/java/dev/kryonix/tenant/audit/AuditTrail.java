package dev.kryonix.tenant.audit;

import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.sql.Columns;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The chain of a tenant's audit events in PostgreSQL, which the application can only add to. */
@Singleton
public final class AuditTrail {
  private static final String COLUMNS =
      "sequence, event_time, actor, actor_kind, acting_as, action, resource, source, request_id, details,"
          + " previous_hash, hash";

  private static final String INSERT =
      """
      INSERT INTO audit_events (tenant_uid, tenant, sequence, event_time, actor, actor_kind,
        acting_as, action, resource, source, request_id, details, previous_hash, hash, event_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String TOLD =
      "SELECT count(*) FROM audit_events WHERE tenant_uid = ? AND event_id = ?";

  private static final String HEAD =
      "SELECT sequence, hash FROM audit_events WHERE tenant_uid = ? ORDER BY sequence DESC LIMIT 1";

  private static final String PAGE =
      "SELECT "
          + COLUMNS
          + """
             FROM audit_events
            WHERE tenant_uid = ? AND sequence > ?
              AND event_time >= ? AND event_time < ? AND (? = '' OR action = ?)
            ORDER BY sequence LIMIT ?
            """;

  /**
   * Adds the event to the tenant's chain, in the transaction of what it tells of. Writers of one
   * chain come one after the other; the lock ends with the transaction.
   */
  public void append(Tx tx, TenantId id, TenantUid uid, AuditEvent event) throws SQLException {
    lock(tx, uid);
    insert(tx, new Owner(id, uid), event, Optional.empty());
  }

  /** Adds an event that another service tells of, unless it has told of it before. */
  void appendTold(Tx tx, Owner owner, AuditEvent event, UUID eventId) throws SQLException {
    lock(tx, owner.uid());
    if (tx.count(TOLD, owner.uid().value(), eventId) == 0) {
      insert(tx, owner, event, Optional.of(eventId));
    }
  }

  /** Whose chain is meant. */
  record Owner(TenantId id, TenantUid uid) {}

  private static void lock(Tx tx, TenantUid uid) throws SQLException {
    tx.query("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", row -> true, "audit/" + uid);
  }

  private void insert(Tx tx, Owner owner, AuditEvent event, Optional<UUID> eventId)
      throws SQLException {
    TenantUid uid = owner.uid();
    Head head = head(tx, uid);
    long sequence = head.sequence() + 1;
    Actor actor = event.actor();
    tx.update(
        INSERT,
        uid.value(),
        owner.id().value(),
        sequence,
        event.time(),
        actor.subject(),
        actor.kind(),
        actor.actingAs(),
        event.action(),
        event.resource(),
        actor.source(),
        actor.requestId(),
        Columns.entries(event.details()),
        head.hash(),
        event.hash(head.hash(), sequence, uid.toString()),
        eventId.orElse(null));
  }

  /** The end of the tenant's chain. */
  public Head head(Tx tx, TenantUid uid) throws SQLException {
    return tx.first(
            HEAD, row -> new Head(row.getLong("sequence"), row.getBytes("hash")), uid.value())
        .orElse(new Head(0, new byte[AuditEvent.HASH_BYTES]));
  }

  /** The uid of the tenant that has the id now. */
  Optional<TenantUid> uidOf(Tx tx, TenantId id) throws SQLException {
    return tx.first(
        "SELECT uid FROM tenants WHERE id = ? AND state <> 'PURGED'",
        row -> Columns.uid(row, "uid"),
        id.value());
  }

  /** The tenant's events after the place, in order. */
  List<AuditLink> page(Tx tx, TenantUid uid, Filter filter, long after, int limit)
      throws SQLException {
    return tx.query(
        PAGE,
        AuditTrail::read,
        uid.value(),
        after,
        filter.from(),
        filter.to(),
        filter.action(),
        filter.action(),
        limit);
  }

  private static AuditLink read(ResultSet row) throws SQLException {
    Actor actor =
        new Actor(
            row.getString("actor"),
            Principal.Kind.valueOf(row.getString("actor_kind")),
            row.getBoolean("acting_as"),
            row.getString("source"),
            row.getString("request_id"));
    AuditEvent event =
        new AuditEvent(
            Tx.instant(row, "event_time"),
            actor,
            row.getString("action"),
            row.getString("resource"),
            Columns.entries(row, "details"));
    return new AuditLink(
        row.getLong("sequence"), event, row.getBytes("previous_hash"), row.getBytes("hash"));
  }

  /**
   * Which events are wanted: at or after one instant, before another, with an action or, if empty,
   * any.
   */
  record Filter(Instant from, Instant to, String action) {
    /** Before and after anything that PostgreSQL and we write. */
    static final Instant FIRST = Instant.EPOCH;

    static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

    static Filter everything() {
      return new Filter(FIRST, LAST, "");
    }
  }

  /** The number and the hash of a chain's last event. */
  public record Head(long sequence, byte[] hash) {}
}
