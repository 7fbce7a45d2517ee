package dev.kryonix.tenant.purge;

import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import dev.kryonix.tenant.conditions.Condition;
import dev.kryonix.tenant.conditions.ConditionStore;
import dev.kryonix.tenant.conditions.Services;
import dev.kryonix.tenant.purge.Erasure.Part;
import dev.kryonix.tenant.tenants.Phase;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantErrors;
import dev.kryonix.tenant.tenants.TenantSecrets;
import dev.kryonix.tenant.tenants.TenantStore;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Erases tenants. A purge begins with one transaction, which destroys the tenant's keys and says
 * which services must erase it; each service is then asked, over the state stream, until it has
 * counted nothing left. Every step may be repeated, so a crash costs time and nothing else.
 */
@Singleton
public final class Purges {
  /** This service's own part. */
  private static final String OWN = "tenant";

  private final Database database;
  private final TenantStore tenants;
  private final TenantSecrets secrets;
  private final TenantRows rows;
  private final ErasureStore erasures;
  private final ConditionStore conditions;
  private final AuditTrail audit;
  private final InstantSource clock;

  Purges(
      Database database,
      TenantStore tenants,
      TenantSecrets secrets,
      TenantRows rows,
      ErasureStore erasures,
      ConditionStore conditions,
      AuditTrail audit,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.secrets = secrets;
    this.rows = rows;
    this.erasures = erasures;
    this.conditions = conditions;
    this.audit = audit;
    this.clock = clock;
  }

  /** Which tenant is purged, and whether its grace period counts. */
  record Order(TenantId id, TenantUid uid, boolean skipGrace) {}

  /**
   * How far an erasure is.
   *
   * @param erasure the erasure
   * @param conditions why services have not finished
   * @param head the end of the tenant's audit, which stays
   */
  record State(Erasure erasure, List<Condition> conditions, AuditTrail.Head head) {}

  /** Begins the erasure, unless it has begun, and says how far it is. */
  State purge(Order order, Actor actor) {
    return database.inPlatform(
        tx -> {
          Tenant tenant =
              tenants
                  .lock(tx, order.uid())
                  .filter(found -> found.id().equals(order.id()))
                  .orElseThrow(() -> PurgeErrors.notFound(order.id(), order.uid()));
          if (tenant.phase() != Phase.PURGED) {
            requirePurgeable(tenant, order.skipGrace());
            begin(tx, tenant, actor);
          }
          Erasure erasure =
              erasures
                  .find(tx, order.uid())
                  .orElseThrow(() -> PurgeErrors.notFound(order.id(), order.uid()));
          return new State(erasure, conditions.of(tx, order.uid()), audit.head(tx, order.uid()));
        });
  }

  /** Begins the erasure of tenants whose grace period has ended. Returns how many it found. */
  int purgeExpired(int most) {
    return database.inPlatform(
        tx -> {
          List<Tenant> expired = tenants.lockPurgeable(tx, clock.instant(), most);
          for (Tenant tenant : expired) {
            begin(tx, tenant, Actor.PLATFORM);
          }
          return expired.size();
        });
  }

  /** A service has counted what it has of a tenant that it is about to erase. */
  public void counted(Tx tx, String service, TenantUid uid, Map<String, Long> counts)
      throws SQLException {
    Optional<Part> part = erasures.lock(tx, uid).flatMap(erasure -> unfinished(erasure, service));
    if (part.isPresent()) {
      SortedMap<String, Long> before = new TreeMap<>(part.get().before());
      counts.forEach((kind, count) -> before.merge(kind, count, Math::max));
      erasures.update(tx, uid, new Part(service, Optional.empty(), before, part.get().after()));
    }
  }

  /** A service has erased a tenant, and a census found these counts. */
  public void erased(String service, TenantUid uid, Map<String, Long> counts) {
    database.runInPlatform(
        tx -> {
          Optional<Part> part =
              erasures.lock(tx, uid).flatMap(erasure -> unfinished(erasure, service));
          if (part.isEmpty()) {
            return;
          }
          Instant now = now();
          SortedMap<String, Long> after = new TreeMap<>(counts);
          // An instance that had erased it before answers without another census.
          part.get().before().keySet().forEach(kind -> after.putIfAbsent(kind, 0L));
          erasures.update(tx, uid, new Part(service, Optional.of(now), part.get().before(), after));
          if (erasures.find(tx, uid).filter(Erasure::allPartsFinished).isPresent()) {
            erasures.finish(tx, uid, now);
            conditions.delete(tx, uid);
          }
          Outbox.append(tx, uid);
        });
  }

  private void begin(Tx tx, Tenant tenant, Actor actor) throws SQLException {
    Instant now = now();
    SortedMap<String, Long> before = rows.count(tx, tenant.id(), tenant.uid());
    List<String> keys = secrets.ids(tx, tenant.uid());
    rows.delete(tx, tenant.id(), tenant.uid());
    SortedMap<String, Long> after = rows.count(tx, tenant.id(), tenant.uid());
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(OWN, Optional.of(now), before, after));
    for (String service : Services.REQUIRED) {
      parts.add(new Part(service, Optional.empty(), new TreeMap<>(), new TreeMap<>()));
    }
    tenants.update(tx, tenant.purged(now));
    erasures.insert(tx, new Erasure(tenant.id(), tenant.uid(), now, Optional.empty(), keys, parts));
    audit.append(
        tx,
        tenant.id(),
        tenant.uid(),
        AuditEvent.of(now, actor, "TenantService.PurgeTenant", "tenants/" + tenant.id(), Map.of()));
    Outbox.append(tx, tenant.uid());
  }

  private void requirePurgeable(Tenant tenant, boolean skipGrace) {
    if (tenant.phase() != Phase.DELETING) {
      throw TenantErrors.conflict(tenant, "deleted");
    }
    Optional<Instant> over = tenant.life().purgeable().filter(end -> end.isAfter(clock.instant()));
    if (!skipGrace && over.isPresent()) {
      throw PurgeErrors.graceNotOver(tenant.id(), over.get());
    }
  }

  private static Optional<Part> unfinished(Erasure erasure, String service) {
    return erasure.parts().stream()
        .filter(part -> part.service().equals(service) && part.finished().isEmpty())
        .findFirst();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
