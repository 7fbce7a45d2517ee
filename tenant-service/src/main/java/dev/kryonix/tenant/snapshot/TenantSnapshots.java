package dev.kryonix.tenant.snapshot;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.ImportTarget;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.snapshot.SnapshotStore;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.changes.Outbox;
import dev.kryonix.tenant.tenants.ProfileRecords;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantStore;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's rows for the backup service. Format 1: one record, the profile.
 *
 * <p>Secrets, API keys and the audit are not part of it: a restore must neither bring back a key
 * that was revoked since, nor change what has been recorded.
 */
@Singleton
final class TenantSnapshots implements SnapshotStore {
  private static final String PROFILE = "profile";

  private final Database database;
  private final TenantStore tenants;
  private final ProfileRecords profiles;
  private final AuditTrail audit;
  private final InstantSource clock;

  TenantSnapshots(
      Database database,
      TenantStore tenants,
      ProfileRecords profiles,
      AuditTrail audit,
      InstantSource clock) {
    this.database = database;
    this.tenants = tenants;
    this.profiles = profiles;
    this.audit = audit;
    this.clock = clock;
  }

  @Override
  public String source() {
    return "tenant";
  }

  @Override
  public int format() {
    return 1;
  }

  @Override
  public SnapshotExport open(TenantId id, TenantUid uid, Selection selection) {
    Instant time = clock.instant();
    Tenant tenant = database.inTenant(id, tx -> require(id, uid, tenants.find(tx, id)));
    Record record =
        Record.newBuilder()
            .setCollection(PROFILE)
            .setKey(ByteString.copyFromUtf8(PROFILE))
            .setValue(profiles.encode(tenant))
            .build();
    List<Record> selected = selection.has(record) ? List.of(record) : List.of();
    return new Export(selected.iterator(), time);
  }

  @Override
  public SnapshotImport begin(ImportTarget target) {
    return new Import(target);
  }

  private static Tenant require(TenantId id, TenantUid uid, Optional<Tenant> found) {
    return found
        .filter(tenant -> tenant.uid().equals(uid))
        .orElseThrow(() -> CommonErrors.notFound("tenant", id.value()));
  }

  private record Export(Iterator<Record> records, Instant time) implements SnapshotExport {
    @Override
    public String position() {
      return "";
    }

    @Override
    public boolean hasNext() {
      return records.hasNext();
    }

    @Override
    public Record next() {
      return records.next();
    }

    @Override
    public void close() {}
  }

  private final class Import implements SnapshotImport {
    private final ImportTarget target;
    private @Nullable ByteString profile;

    Import(ImportTarget target) {
      this.target = target;
    }

    @Override
    public void accept(Record record) {
      if (!record.getCollection().equals(PROFILE)) {
        throw CommonErrors.invalidField(
            "record.collection", "'" + record.getCollection() + "' is not of this source");
      }
      profile = record.getValue();
    }

    @Override
    public void commit(ImportReceipt receipt) {
      ByteString staged = profile;
      if (staged == null) {
        return;
      }
      database.runInTenant(
          target.tenant(),
          tx -> {
            Tenant tenant =
                require(target.tenant(), target.uid(), tenants.lock(tx, target.tenant()));
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            Tenant next = profiles.restored(tenant, staged, now);
            if (next.equals(tenant)) {
              return;
            }
            tenants.update(tx, next);
            audit.append(
                tx,
                tenant.id(),
                tenant.uid(),
                AuditEvent.of(
                    now,
                    Actor.PLATFORM,
                    "SnapshotSource.Import",
                    "tenants/" + tenant.id(),
                    Map.of("import_id", target.importId())));
            Outbox.append(tx, tenant.uid());
          });
    }

    @Override
    public void close() {}
  }
}
