package dev.kryonix.tenant.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.ImportTarget;
import dev.kryonix.kit.snapshot.SnapshotErrors;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import dev.kryonix.tenant.tenants.ProfileRecords;
import dev.kryonix.tenant.tenants.RequestLog;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantStore;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** Puts a profile back, in one transaction with the audit, the announcement and the receipt. */
@Singleton
final class ProfileRestore {
  private static final Actor BACKUP = new Actor("backup", Principal.Kind.SERVICE, false, "");

  private final Database database;
  private final TenantStore tenants;
  private final ProfileRecords profiles;
  private final AuditTrail audit;
  private final RequestLog requests;
  private final InstantSource clock;

  ProfileRestore(
      Database database,
      TenantStore tenants,
      ProfileRecords profiles,
      AuditTrail audit,
      RequestLog requests,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.profiles = profiles;
    this.audit = audit;
    this.requests = requests;
    this.clock = clock;
  }

  /** The import as a call that may come again. */
  static RequestLog.Call call(Tenant tenant, String importId) {
    return new RequestLog.Call(
        tenant.id().value(), "Import", importId, tenant.uid().toBytes().toByteArray());
  }

  /** Puts the profile back, if there is one, and keeps the receipt. */
  void put(ImportTarget target, Optional<ByteString> profile, ImportReceipt receipt) {
    database.runInTenant(
        target.tenant(),
        tx -> {
          Tenant tenant =
              tenants
                  .lock(tx, target.tenant())
                  .filter(found -> found.uid().equals(target.uid()))
                  .orElseThrow(() -> SnapshotErrors.unknownTenant(target.tenant().value()));
          Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
          Tenant next = profile.map(bytes -> profiles.restored(tenant, bytes, now)).orElse(tenant);
          if (!next.equals(tenant)) {
            tenants.update(tx, next);
            Outbox.append(tx, tenant.uid());
            audit.append(
                tx,
                tenant.id(),
                tenant.uid(),
                AuditEvent.of(
                    now,
                    BACKUP.withRequestId(target.importId()),
                    "SnapshotSource.Import",
                    "tenants/" + tenant.id(),
                    Map.of()));
          }
          requests.keep(
              tx,
              call(tenant, target.importId()),
              ImportResponse.newBuilder()
                  .putAllCounts(receipt.counts())
                  .setExpired(receipt.expired())
                  .build()
                  .toByteArray());
        });
  }
}
