package dev.kryonix.tenant.tenants;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.DatabaseException;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import dev.kryonix.tenant.conditions.ConditionStore;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Makes tenants: the row, its secrets and conditions, the audit, the announcement and the answer,
 * all or nothing.
 */
@Singleton
public final class TenantCreation {
  private static final String CELL = "local";
  private static final String ID_CONSTRAINT = "tenants_id";
  private static final int MOST_DERIVED = 100;
  private static final int MOST_RACES = 5;

  private final Database database;
  private final TenantStore tenants;
  private final ProfileRules rules;
  private final TenantSecrets secrets;
  private final ConditionStore conditions;
  private final AuditTrail audit;
  private final RequestLog requests;
  private final InstantSource clock;

  TenantCreation(
      Database database,
      TenantStore tenants,
      ProfileRules rules,
      TenantSecrets secrets,
      ConditionStore conditions,
      AuditTrail audit,
      RequestLog requests,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.rules = rules;
    this.secrets = secrets;
    this.conditions = conditions;
    this.audit = audit;
    this.requests = requests;
    this.clock = clock;
  }

  /**
   * What is asked for.
   *
   * @param profile the profile, possibly with gaps
   * @param id the id wanted; without one it is derived
   * @param call the call, so that a repetition gets the first answer
   */
  public record Order(Profile profile, Optional<TenantId> id, RequestLog.Call call) {}

  /**
   * Makes the tenant, unless the call is a repetition, and returns the answer as encoded the first
   * time.
   */
  public byte[] create(Order order, Actor actor, Function<Tenant, byte[]> encode) {
    Profile profile = rules.complete(order.profile());
    for (int race = 1; ; race++) {
      try {
        return database.inPlatform(tx -> create(tx, order, profile, actor, encode));
      } catch (DatabaseException e) {
        if (!e.isUniqueViolation()) {
          throw e;
        }
        boolean taken = e.constraint().filter(ID_CONSTRAINT::equals).isPresent();
        if (taken && order.id().isPresent() && order.call().requestId().isEmpty()) {
          throw TenantErrors.exists(order.id().get());
        }
        // An equal call, or another tenant of the derived id, was first: look again.
        if (race == MOST_RACES) {
          throw e;
        }
      }
    }
  }

  private byte[] create(
      Tx tx, Order order, Profile profile, Actor actor, Function<Tenant, byte[]> encode)
      throws SQLException {
    Optional<byte[]> before = requests.find(tx, order.call());
    if (before.isPresent()) {
      return before.get();
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Tenant tenant =
        new Tenant(
            new TenantUid(UUID.randomUUID()),
            freeId(tx, order, profile),
            profile,
            Life.begin(now),
            CELL,
            1,
            1);
    tenants.insert(tx, tenant);
    secrets.create(tx, tenant, now);
    conditions.create(tx, tenant.id(), tenant.uid(), now);
    audit.append(
        tx,
        tenant.id(),
        tenant.uid(),
        AuditEvent.of(
            now,
            actor,
            "TenantService.CreateTenant",
            "tenants/" + tenant.id(),
            Map.of("plan", profile.plan(), "modules", String.join(",", profile.modules()))));
    Outbox.append(tx, tenant.uid());
    byte[] answer = encode.apply(tenant);
    requests.keep(tx, order.call(), answer);
    return answer;
  }

  private TenantId freeId(Tx tx, Order order, Profile profile) throws SQLException {
    if (order.id().isPresent()) {
      TenantId wanted = order.id().get();
      if (Slugs.isReserved(wanted)) {
        throw CommonErrors.invalidField(
            "tenant_id", "'%s' is the platform's own".formatted(wanted));
      }
      if (tenants.find(tx, wanted).isPresent()) {
        throw TenantErrors.exists(wanted);
      }
      return wanted;
    }
    TenantId suggested = Slugs.of(profile.displayName(), 1);
    // Companies of one name that come at once take their numbers in turn, instead of all the same.
    tx.query(
        "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))",
        row -> true,
        "tenant-id/" + suggested);
    for (int attempt = 1; attempt <= MOST_DERIVED; attempt++) {
      TenantId derived = Slugs.of(profile.displayName(), attempt);
      if (!Slugs.isReserved(derived) && tenants.find(tx, derived).isEmpty()) {
        return derived;
      }
    }
    throw TenantErrors.exists(suggested);
  }
}
