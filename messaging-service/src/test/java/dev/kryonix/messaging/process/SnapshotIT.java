package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static dev.kryonix.messaging.process.Snapshots.footer;
import static dev.kryonix.messaging.process.Snapshots.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.CallCredentials;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A tenant's queues and bindings, handed to the backup service and taken back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class SnapshotIT {
  private static final String CREATE = "crm.leads.create";
  private static final String UPDATE = "crm.leads.update";

  private final Messaging messaging;
  private final Snapshots snapshots;
  private DesiredTenant tenant;

  SnapshotIT(@TempDir Path folder) throws IOException, JOSEException {
    // Nobody makes a queue for dead letters meanwhile.
    messaging = new Messaging(folder, Map.of("KRYONIX_QUEUES_LOOK", "1h"));
    snapshots = new Snapshots(messaging);
  }

  @BeforeEach
  void createTenantWithTwoQueues() throws JOSEException {
    tenant = messaging.newTenant();
    publish("leads.create");
    publish("leads.update");
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void deletedQueuesComeBackBoundAndOthersKeepTheirMessages() throws Exception {
    List<ExportResponse> before = snapshots.export(tenant);
    assertThat(before.getFirst().getHeader().getSource()).isEqualTo("messaging");
    assertThat(records(before))
        .extracting(record -> record.getCollection() + " " + record.getModule())
        .containsExactly(
            "bindings crm", "bindings crm", "queued crm", "queued crm", "queues crm", "queues crm");
    Messaging.management().delete(ManagementApi.path("queues", Messaging.vhost(tenant), UPDATE));
    publish("leads.create");

    ImportResponse imported = snapshots.restore(tenant, before, footer(before));

    assertThat(imported.getCountsMap()).containsEntry("queues", 2L).containsEntry("bindings", 2L);
    assertThat(definitions(snapshots.export(tenant))).isEqualTo(definitions(before));
    awaitMessages(CREATE, 2);
    awaitMessages(UPDATE, 1);
    publish("leads.update");
    awaitMessages(UPDATE, 2);
  }

  @Test
  void scheduledMessagesComeBackUnlessTheirTimeHasPassedOrTheirIdIsKnown() throws Exception {
    Instant later = Instant.now().plusSeconds(3600);
    schedule("lost", later, "Ana");
    schedule("kept", later, "Bia");
    Instant past = Instant.now().plusSeconds(20);
    schedule("past", past, "Caio");
    List<ExportResponse> before = snapshots.export(tenant);
    assertThat(records(before))
        .filteredOn(record -> record.getCollection().equals("scheduled"))
        .extracting(record -> record.getKey().toStringUtf8())
        .containsExactly("kept", "lost", "past");
    Rows.change("DELETE FROM scheduled WHERE tenant = ? AND schedule_id <> 'kept'", tenant.getId());
    schedule("kept", later, "another");
    await().until(() -> Instant.now().isAfter(past));

    ImportResponse imported = snapshots.restore(tenant, before, footer(before));

    assertThat(imported.getCountsMap()).containsEntry("scheduled", 2L);
    assertThat(imported.getExpired()).isEqualTo(1);
    List<Record> after =
        records(snapshots.export(tenant)).stream()
            .filter(record -> record.getCollection().equals("scheduled"))
            .toList();
    assertThat(after)
        .extracting(record -> record.getKey().toStringUtf8())
        .containsExactly("kept", "lost");
    assertThat(after.get(0).getValue().toStringUtf8()).contains("another");
    assertThat(after.get(1)).isIn(records(before));
    assertThat(
            Rows.number("SELECT count(*) FROM scheduled_staged WHERE tenant = ?", tenant.getId()))
        .isZero();
    awaitMessages(CREATE, 1);
    // What came back is published like any other.
    Rows.change(
        "UPDATE scheduled SET attempt_at = now() WHERE tenant = ? AND schedule_id = 'lost'",
        tenant.getId());
    Rows.tellOfSchedule();
    awaitMessages(CREATE, 2);
  }

  private void schedule(String id, Instant due, String text) throws JOSEException {
    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setPriority(5)
                .setDeliverAt(Timestamps.fromMillis(due.toEpochMilli()))
                .setScheduleId(id)
                .setData(ByteString.copyFromUtf8(text))
                .build());
  }

  @Test
  void anImportWhoseDigestDiffersChangesNothing() throws Exception {
    List<ExportResponse> before = snapshots.export(tenant);
    Messaging.management().delete(ManagementApi.path("queues", Messaging.vhost(tenant), UPDATE));
    List<Record> damaged = records(snapshots.export(tenant));
    Footer wrong = footer(before).toBuilder().setDigest(ByteString.copyFrom(new byte[32])).build();

    assertRefused(
        () -> snapshots.restore(tenant, before, wrong), Code.INVALID_ARGUMENT, "INVALID_FIELD");

    assertThat(records(snapshots.export(tenant))).isEqualTo(damaged);
  }

  @Test
  void onlyTheBackupServiceMayExport() throws Exception {
    CallCredentials tenantsOwn = messaging.caller(tenant);
    assertRefused(
        () -> snapshots.export(tenant, tenantsOwn), Code.PERMISSION_DENIED, "INTERNAL_ONLY");
  }

  private void publish(String operation) throws JOSEException {
    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation(operation)
                .setPriority(5)
                .build());
  }

  private static List<Record> definitions(List<ExportResponse> export) {
    return records(export).stream()
        .filter(record -> !record.getCollection().equals("queued"))
        .toList();
  }

  /** What a copy held is given back a little after its end. */
  private void awaitMessages(String queue, long count) {
    await().untilAsserted(() -> assertThat(messaging.ready(tenant, queue)).isEqualTo(count));
  }
}
