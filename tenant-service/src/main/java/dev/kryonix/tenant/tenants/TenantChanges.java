package dev.kryonix.tenant.tenants;

import dev.kryonix.api.tenant.v1.Credential;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.postgres.Tx;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Changes tenants. Each change locks the tenant, checks the etag and the state, and writes the next
 * revision, the audit and the announcement in one transaction.
 */
@Singleton
public final class TenantChanges {
  private final Database database;
  private final TenantStore tenants;
  private final TenantSecrets secrets;
  private final ProfileRules rules;
  private final AuditTrail audit;
  private final InstantSource clock;

  TenantChanges(
      Database database,
      TenantStore tenants,
      TenantSecrets secrets,
      ProfileRules rules,
      AuditTrail audit,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.secrets = secrets;
    this.rules = rules;
    this.audit = audit;
    this.clock = clock;
  }

  /** Which tenant is changed, at which revision (empty: whatever it is), by whom. */
  public record Target(TenantId id, String etag, Principal caller) {}

  public Tenant update(Target target, ProfilePatch patch) {
    if (!target.caller().isPlatformAdmin()) {
      patch.requireTenantPathsOnly();
    }
    return change(
        target,
        "UpdateTenant",
        Map.of("fields", String.join(",", patch.paths())),
        (tenant, now) -> {
          requireNotDeleting(tenant);
          Profile next = patch.apply(tenant.profile());
          rules.check(next);
          return next.equals(tenant.profile())
              ? Optional.empty()
              : Optional.of(tenant.changed(next, tenant.life().updatedAt(now)));
        });
  }

  public Tenant suspend(Target target, String reason) {
    return change(
        target,
        "SuspendTenant",
        Map.of("reason", reason),
        (tenant, now) -> {
          requireNotDeleting(tenant);
          return tenant.phase() == Phase.SUSPENDED
              ? Optional.empty()
              : Optional.of(
                  tenant.changed(tenant.profile(), tenant.life().to(Phase.SUSPENDED, reason, now)));
        });
  }

  public Tenant resume(Target target) {
    return change(
        target,
        "ResumeTenant",
        Map.of(),
        (tenant, now) -> {
          requireNotDeleting(tenant);
          if (tenant.phase() != Phase.SUSPENDED) {
            return Optional.empty();
          }
          Life life =
              tenant.life().activated().isPresent()
                  ? tenant.life().active(now)
                  : tenant.life().to(Phase.PROVISIONING, "", now);
          return Optional.of(tenant.changed(tenant.profile(), life));
        });
  }

  public Tenant delete(Target target, Duration grace, String reason) {
    return change(
        target,
        "DeleteTenant",
        Map.of("reason", reason, "grace", grace.toString()),
        (tenant, now) ->
            tenant.phase() == Phase.DELETING
                ? Optional.empty()
                : Optional.of(
                    tenant.changed(
                        tenant.profile(), tenant.life().deletedAt(now, now.plus(grace), reason))));
  }

  public Tenant undelete(Target target) {
    return change(
        target,
        "UndeleteTenant",
        Map.of(),
        (tenant, now) -> {
          if (tenant.phase() != Phase.DELETING) {
            throw TenantErrors.conflict(tenant, "deleted");
          }
          return Optional.of(tenant.changed(tenant.profile(), tenant.life().undeleted(now)));
        });
  }

  /** Lets every service compare the tenant with what it must be. */
  public Tenant repair(TenantId id, Principal caller) {
    return reconcile(id, caller, "RepairTenant", Map.of(), (tx, tenant, now) -> {});
  }

  /** Gives the tenant new credentials. */
  public Tenant rotateCredentials(TenantId id, Set<Credential> credentials, Principal caller) {
    return reconcile(
        id,
        caller,
        "RotateCredentials",
        Map.of(
            "credentials",
            credentials.stream().map(Credential::name).sorted().collect(Collectors.joining(","))),
        (tx, tenant, now) -> {
          if (credentials.contains(Credential.CREDENTIAL_BROKER_PASSWORD)) {
            secrets.rotateBrokerPassword(tx, tenant, now);
          }
          if (credentials.contains(Credential.CREDENTIAL_TENANT_KEY)) {
            secrets.announceTenantKey(tx, tenant, now);
          }
        });
  }

  /** Something beside the tenant changes, of which services must hear. */
  private interface Aside {
    void change(Tx tx, Tenant tenant, Instant now) throws SQLException;
  }

  private Tenant reconcile(
      TenantId id, Principal caller, String rpc, Map<String, String> details, Aside aside) {
    return database.inTenant(
        id,
        tx -> {
          Tenant tenant = tenants.lock(tx, id).orElseThrow(() -> TenantErrors.notFound(id));
          requireNotDeleting(tenant);
          Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
          aside.change(tx, tenant, now);
          tenants.nextGeneration(tx, tenant.uid(), 0);
          audit.append(
              tx,
              id,
              tenant.uid(),
              AuditEvent.of(
                  now, Actor.of(caller), "TenantService." + rpc, "tenants/" + id, details));
          Outbox.append(tx, tenant.uid());
          return tenants.find(tx, tenant.uid()).orElseThrow();
        });
  }

  /** Computes the next revision, or nothing when the tenant is so already. */
  private interface Change {
    Optional<Tenant> next(Tenant tenant, Instant now);
  }

  private Tenant change(Target target, String rpc, Map<String, String> details, Change change) {
    return database.inTenant(
        target.id(),
        tx -> {
          Tenant tenant =
              tenants.lock(tx, target.id()).orElseThrow(() -> TenantErrors.notFound(target.id()));
          Tenants.requireSame(tenant, target.caller());
          if (!target.etag().isEmpty() && !target.etag().equals(tenant.etag())) {
            throw TenantErrors.stale(tenant);
          }
          Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
          Optional<Tenant> next = change.next(tenant, now);
          if (next.isEmpty()) {
            return tenant;
          }
          tenants.update(tx, next.get());
          audit.append(
              tx,
              tenant.id(),
              tenant.uid(),
              AuditEvent.of(
                  now,
                  Actor.of(target.caller()),
                  "TenantService." + rpc,
                  "tenants/" + tenant.id(),
                  details));
          Outbox.append(tx, tenant.uid());
          return next.get();
        });
  }

  private static void requireNotDeleting(Tenant tenant) {
    if (tenant.phase() == Phase.DELETING) {
      throw TenantErrors.conflict(tenant, "not deleted");
    }
  }
}
