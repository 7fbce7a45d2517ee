package dev.kryonix.messaging.snapshot;

import dev.kryonix.api.snapshot.v1.RecordKey;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.ImportTarget;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.snapshot.SnapshotErrors;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.snapshot.SnapshotStore;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.history.HistoryRecords;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/**
 * A tenant's queues, bindings, scheduled messages, dead letters, history and what lies in queues,
 * for the backup service.
 *
 * <p>An import adds what is missing and takes nothing away: a restore must not lose what has come
 * since.
 */
@Singleton
final class MessagingSnapshots implements SnapshotStore {
  private final Copying copying;
  private final HeldCopies held;
  private final HistoryRecords histories;
  private final Importing importing;
  private final ImportStore imports;
  private final MessagingChanges changes;
  private final TenantDirectory tenants;

  MessagingSnapshots(
      Copying copying,
      HeldCopies held,
      HistoryRecords histories,
      Importing importing,
      ImportStore imports,
      MessagingChanges changes,
      TenantDirectory tenants) {
    this.copying = copying;
    this.held = held;
    this.histories = histories;
    this.importing = importing;
    this.imports = imports;
    this.changes = changes;
    this.tenants = tenants;
  }

  @Override
  public String source() {
    return "messaging";
  }

  @Override
  public int format() {
    return Importing.FORMAT;
  }

  @Override
  public SnapshotExport open(TenantId tenant, TenantUid uid, Selection selection) {
    TenantView view = require(tenant, uid);
    try {
      Copy copy = copying.copy(view, selection, changes.now(view));
      return export(view, selection, UUID.randomUUID(), copy, RecordKey.getDefaultInstance());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommonErrors.notServing("the service stops");
    }
  }

  @Override
  public Optional<SnapshotExport> reopen(
      TenantId tenant, TenantUid uid, Selection selection, ResumePoint from) {
    TenantView view = require(tenant, uid);
    return SnapshotPosition.parse(from.position())
        .copy()
        .flatMap(
            id ->
                held.take(new HeldCopies.Id(uid, id))
                    .map(copy -> export(view, selection, id, copy, from.last())));
  }

  private SnapshotExport export(
      TenantView tenant, Selection selection, UUID id, Copy copy, RecordKey after) {
    return new CopyExport(
        new SnapshotPosition(copy.position(), Optional.of(id)).text(),
        copy,
        new CopyExport.Reading(
            tenant,
            after,
            selection::has,
            histories,
            () -> held.hold(new HeldCopies.Id(tenant.uid(), id), copy)));
  }

  @Override
  public SnapshotImport begin(ImportTarget target) {
    if (target.format() < 1 || target.format() > Importing.FORMAT) {
      throw SnapshotErrors.unknownFormat(target.format());
    }
    return importing.begin(require(target.tenant(), target.uid()), target.importId());
  }

  @Override
  public Optional<ImportReceipt> receipt(TenantUid uid, String importId) {
    return imports.receipt(uid, importId);
  }

  private TenantView require(TenantId tenant, TenantUid uid) {
    return tenants
        .find(tenant, uid)
        .orElseThrow(() -> CommonErrors.notFound("tenant", tenant.value()));
  }
}
