package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.ImportHeader;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.kit.snapshot.Digest;
import dev.kryonix.kit.streams.StreamReader;
import dev.kryonix.kit.streams.StreamSender;
import io.grpc.CallCredentials;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Exports and imports as the backup service makes them. */
final class Snapshots {
  private static final int PATIENCE_SECONDS = 600;

  private final Messaging messaging;

  Snapshots(Messaging messaging) {
    this.messaging = messaging;
  }

  /** All of a tenant's, checked against its footer. */
  List<ExportResponse> export(DesiredTenant tenant) {
    return export(tenant, messaging.backupService());
  }

  List<ExportResponse> export(DesiredTenant tenant, CallCredentials caller) {
    List<ExportResponse> responses = new ArrayList<>();
    try (StreamReader<ExportResponse> reader = reader(of(tenant).build(), caller)) {
      reader.forEachRemaining(responses::add);
    }
    Digest digest = new Digest();
    records(responses).forEach(digest::add);
    assertThat(footer(responses)).isEqualTo(digest.footer());
    return responses;
  }

  /** An export as it comes. */
  StreamReader<ExportResponse> reader(ExportRequest request) {
    return reader(request, messaging.backupService());
  }

  private StreamReader<ExportResponse> reader(ExportRequest request, CallCredentials caller) {
    return StreamReader.open(16, answers -> stub(caller).export(request, answers));
  }

  static ExportRequest.Builder of(DesiredTenant tenant) {
    return ExportRequest.newBuilder().setTenant(tenant.getId()).setTenantUid(tenant.getUid());
  }

  /** Brings a whole export back. */
  ImportResponse restore(DesiredTenant tenant, List<ExportResponse> export) {
    return restore(tenant, export, footer(export));
  }

  ImportResponse restore(DesiredTenant tenant, List<ExportResponse> export, Footer footer) {
    return restore(header(tenant, UUID.randomUUID().toString()).build(), export, footer);
  }

  ImportResponse restore(ImportHeader header, List<ExportResponse> export, Footer footer) {
    try (StreamSender<ImportRequest, ImportResponse> sender = sender()) {
      sender.send(ImportRequest.newBuilder().setHeader(header).build());
      for (Record record : records(export)) {
        sender.send(ImportRequest.newBuilder().setRecord(record).build());
      }
      sender.send(ImportRequest.newBuilder().setFooter(footer).build());
      return sender.finish();
    }
  }

  /** An import as it is sent. */
  StreamSender<ImportRequest, ImportResponse> sender() {
    return StreamSender.open(stub(messaging.backupService())::import_);
  }

  static ImportHeader.Builder header(DesiredTenant tenant, String importId) {
    return ImportHeader.newBuilder()
        .setTenant(tenant.getId())
        .setTenantUid(tenant.getUid())
        .setFormat(2)
        .setImportId(importId);
  }

  SnapshotSourceGrpc.SnapshotSourceStub stub(CallCredentials caller) {
    return SnapshotSourceGrpc.newStub(messaging.service().channel())
        .withCallCredentials(caller)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static List<Record> records(List<ExportResponse> export) {
    return export.stream()
        .filter(ExportResponse::hasRecord)
        .map(ExportResponse::getRecord)
        .toList();
  }

  /** Those of one collection. */
  static List<Record> records(List<ExportResponse> export, String collection) {
    return records(export).stream()
        .filter(record -> record.getCollection().equals(collection))
        .toList();
  }

  static Footer footer(List<ExportResponse> export) {
    return export.getLast().getFooter();
  }
}
