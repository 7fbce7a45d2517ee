package dev.kryonix.tenant.audit;

import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.tenant.audit.AuditTrail.Owner;
import jakarta.inject.Singleton;
import java.util.UUID;

/** Adds what other services tell of to the audit of tenants. */
@Singleton
final class AuditWriting {
  private final Database database;
  private final AuditTrail trail;

  AuditWriting(Database database, AuditTrail trail) {
    this.database = database;
    this.trail = trail;
  }

  /** Refuses when the tenant is not there any more; another of the same id has another uid. */
  void append(Owner owner, AuditEvent event, UUID eventId) {
    database.runInTenant(
        owner.id(),
        tx -> {
          if (trail.uidOf(tx, owner.id()).filter(owner.uid()::equals).isEmpty()) {
            throw CommonErrors.notFound("tenant", owner.id().value());
          }
          trail.appendTold(tx, owner, event, eventId);
        });
  }
}
