package dev.kryonix.kit.snapshot;

import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.ExportHeader;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.kit.snapshot.SnapshotStore.ResumePoint;
import dev.kryonix.kit.streams.StreamWriter;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.Set;

/** Writes exports: the header, the store's records held to the contract, and the footer. */
@Singleton
@Requires(beans = SnapshotStore.class)
final class Exports {
  private final SnapshotStore store;
  private final SnapshotTenants tenants;

  Exports(SnapshotStore store, SnapshotTenants tenants) {
    this.store = store;
    this.tenants = tenants;
  }

  void write(ExportRequest request, StreamWriter<ExportResponse> writer) {
    try (SnapshotExport export = open(request)) {
      writer.write(ExportResponse.newBuilder().setHeader(header(export)).build());
      RecordCheck check = new RecordCheck();
      while (export.hasNext()) {
        Record record = export.next();
        check
            .add(record)
            .ifPresent(
                wrong -> {
                  throw new IllegalStateException("source " + store.source() + ": " + wrong);
                });
        writer.write(ExportResponse.newBuilder().setRecord(record).build());
      }
      writer.write(ExportResponse.newBuilder().setFooter(check.footer()).build());
    }
  }

  private SnapshotExport open(ExportRequest request) {
    SnapshotTenants.Named tenant = tenants.require("", request.getTenant(), request.getTenantUid());
    Selection selection =
        new Selection(
            Set.copyOf(request.getCollectionsList()), Set.copyOf(request.getModulesList()));
    if (request.getPosition().isEmpty()) {
      if (request.hasResumeAfter()) {
        throw SnapshotErrors.invalid("resume_after", "needs the position of the export to resume");
      }
      return store.open(tenant.id(), tenant.uid(), selection);
    }
    return store
        .reopen(
            tenant.id(),
            tenant.uid(),
            selection,
            new ResumePoint(request.getPosition(), request.getResumeAfter()))
        .orElseThrow(() -> SnapshotErrors.positionLost(store.source()));
  }

  private ExportHeader header(SnapshotExport export) {
    Instant time = export.time();
    return ExportHeader.newBuilder()
        .setSource(store.source())
        .setFormat(store.format())
        .setPosition(export.position())
        .setTime(Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()))
        .build();
  }
}
