package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.CancelScheduledRequest;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.TailChangesRequest;
import dev.kryonix.api.snapshot.v1.TailChangesResponse;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.kit.streams.StreamReader;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The changes of a tenant's records, followed from an export on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ChangesIT {
  private final Messaging messaging;
  private final Snapshots snapshots;
  private DesiredTenant tenant;

  ChangesIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging =
        new Messaging(
            folder,
            Map.of(
                "KRYONIX_SNAPSHOTS_SWEEP", "1s",
                "KRYONIX_SNAPSHOTS_DEFINITIONS_EVERY", "200ms",
                // Nobody else takes dead letters in or makes a queue for them meanwhile.
                "KRYONIX_DEAD_LETTERS_SWEEP", "1h",
                "KRYONIX_QUEUES_LOOK", "1h"));
    snapshots = new Snapshots(messaging);
  }

  @BeforeEach
  void newTenant() {
    tenant = messaging.newTenant();
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void anExportAndTheChangesAfterItComeToTheNextExport() throws Exception {
    schedule("first", "a");
    schedule("second", "b");
    List<ExportResponse> export = snapshots.export(tenant);
    Map<String, Record> known = new TreeMap<>();
    Snapshots.records(export).forEach(record -> known.put(key(record), record));

    schedule("second", "changed");
    schedule("third", "c");
    messaging
        .stub(tenant)
        .cancelScheduled(CancelScheduledRequest.newBuilder().setScheduleId("first").build());
    dieOnce();
    messaging.stub(tenant).listDeadLetters(ListDeadLettersRequest.getDefaultInstance());

    Map<String, Record> now = new TreeMap<>();
    Snapshots.records(snapshots.export(tenant)).forEach(record -> now.put(key(record), record));
    assertThat(now.keySet()).anyMatch(key -> key.startsWith("dead_letters"));
    try (StreamReader<TailChangesResponse> reader = tail(position(export))) {
      while (!known.equals(now)) {
        TailChangesResponse next = reader.next();
        if (next.hasChange()) {
          apply(next.getChange(), known);
        }
      }
    }
  }

  @Test
  void manyWritersAtOnceAreFollowedWithoutAGapAndResumedInTheMiddle() throws Exception {
    List<ExportResponse> export = snapshots.export(tenant);
    List<String> wanted = new ArrayList<>();
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      for (int writer = 0; writer < 8; writer++) {
        int number = writer;
        IntStream.range(0, 25).forEach(i -> wanted.add("w" + number + "-" + i));
        threads.submit(
            () -> {
              for (int i = 0; i < 25; i++) {
                schedule("w" + number + "-" + i, "x");
              }
              return true;
            });
      }
      List<Change> seen = new ArrayList<>();
      Timestamp closed = Timestamp.getDefaultInstance();
      String position = position(export);
      while (seen.size() < wanted.size()) {
        try (StreamReader<TailChangesResponse> reader = tail(position)) {
          for (int i = 0; i < 60 && seen.size() < wanted.size(); i++) {
            TailChangesResponse next = reader.next();
            if (next.hasChange()) {
              assertThat(Timestamps.compare(next.getChange().getCommitTime(), closed)).isPositive();
              seen.add(next.getChange());
              position = next.getChange().getPosition();
            } else {
              closed = next.getClosedTime();
            }
          }
        }
      }
      assertThat(seen)
          .extracting(change -> change.getPut().getKey().toStringUtf8())
          .containsExactlyInAnyOrderElementsOf(wanted);
      assertThat(seen)
          .extracting(Change::getCommitTime)
          .isSortedAccordingTo(Timestamps.comparator());
    }
  }

  @Test
  void aLogThatNobodyReadIsLostAndSaysSo() throws Exception {
    String position = position(snapshots.export(tenant));
    Rows.change(
        "UPDATE change_logs SET read_time = now() - interval '2 days' WHERE tenant = ?",
        tenant.getId());
    org.awaitility.Awaitility.await()
        .until(
            () ->
                Rows.number("SELECT count(*) FROM change_logs WHERE tenant = ?", tenant.getId())
                    == 0);

    assertThat(refusal(position)).isEqualTo(Code.ABORTED);
    // Whoever exports anew follows anew; the old position stays lost.
    String fresh = position(snapshots.export(tenant));
    assertThat(refusal(position)).isEqualTo(Code.ABORTED);
    assertThat(refusal("nonsense")).isEqualTo(Code.INVALID_ARGUMENT);
    schedule("later", "d");
    try (StreamReader<TailChangesResponse> reader = tail(fresh)) {
      assertThat(nextChange(reader).getPut().getKey().toStringUtf8()).isEqualTo("later");
    }
  }

  @Test
  void whatIsPublishedToATenantWithAHistoryIsAmongThemInItsOrder() throws Exception {
    tenant = messaging.newTenantOfPlan("pro");
    messaging.publish(tenant);
    List<ExportResponse> export = snapshots.export(tenant);
    Map<String, Record> known = new TreeMap<>();
    Snapshots.records(export).forEach(record -> known.put(key(record), record));
    List<String> published = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      published.add(messaging.publish(tenant));
      schedule("s" + i, "x");
    }

    List<Change> changes = new ArrayList<>();
    Timestamp closed = Timestamp.getDefaultInstance();
    String position = position(export);
    for (int read = 1; changes.size() < 6; read++) {
      // A reader that breaks off goes on behind the last change that it has.
      try (StreamReader<TailChangesResponse> reader = tail(position)) {
        for (int i = 0; i < read && changes.size() < 6; ) {
          TailChangesResponse next = reader.next();
          if (next.hasChange()) {
            assertThat(Timestamps.compare(next.getChange().getCommitTime(), closed)).isPositive();
            changes.add(next.getChange());
            position = next.getChange().getPosition();
            i++;
          } else {
            closed = next.getClosedTime();
          }
        }
      }
    }

    assertThat(changes)
        .extracting(Change::getCommitTime)
        .isSortedAccordingTo(Timestamps.comparator());
    assertThat(changes)
        .filteredOn(change -> change.getPut().getCollection().equals("history"))
        .extracting(change -> change.getPut().getValue().toString(StandardCharsets.ISO_8859_1))
        .hasSize(3)
        .zipSatisfy(published, (value, id) -> assertThat(value).contains(id));
    changes.forEach(change -> apply(change, known));
    Map<String, Record> now = new TreeMap<>();
    Snapshots.records(snapshots.export(tenant)).stream()
        .filter(record -> record.getCollection().equals("history"))
        .forEach(record -> now.put(key(record), record));
    assertThat(now).hasSize(4);
    assertThat(known).containsAllEntriesOf(now);
  }

  @Test
  void aHistoryThatIsAnotherOneSaysSo() throws Exception {
    tenant = messaging.newTenantOfPlan("pro");
    for (int i = 0; i < 5; i++) {
      messaging.publish(tenant);
    }
    String position = position(snapshots.export(tenant));
    Messaging.management()
        .delete(ManagementApi.path("queues", Messaging.vhost(tenant), "kryonix.history"));
    messaging.publish(tenant);

    try (StreamReader<TailChangesResponse> reader = tail(position)) {
      assertThat(
              catchThrowableOfType(
                      StatusRuntimeException.class,
                      () -> {
                        while (reader.hasNext()) {
                          reader.next();
                        }
                      })
                  .getStatus()
                  .getCode())
          .isEqualTo(Code.ABORTED);
    }
  }

  @Test
  void anotherTenantsChangesAreNotAmongThem() throws Exception {
    String position = position(snapshots.export(tenant));
    DesiredTenant other = messaging.newTenant();
    snapshots.export(other);
    DesiredTenant mine = tenant;
    tenant = other;
    schedule("theirs", "x");
    tenant = mine;
    schedule("mine", "y");

    try (StreamReader<TailChangesResponse> reader = tail(position)) {
      assertThat(nextChange(reader).getPut().getKey().toStringUtf8()).isEqualTo("mine");
    }
  }

  private Code refusal(String position) {
    try (StreamReader<TailChangesResponse> reader = tail(position)) {
      return catchThrowableOfType(StatusRuntimeException.class, reader::hasNext)
          .getStatus()
          .getCode();
    }
  }

  private static Change nextChange(StreamReader<TailChangesResponse> reader) {
    TailChangesResponse next = reader.next();
    while (!next.hasChange()) {
      next = reader.next();
    }
    return next.getChange();
  }

  private StreamReader<TailChangesResponse> tail(String position) {
    return StreamReader.open(
        16,
        answers ->
            snapshots
                .stub(messaging.backupService())
                .tailChanges(
                    TailChangesRequest.newBuilder()
                        .setTenant(tenant.getId())
                        .setTenantUid(tenant.getUid())
                        .setPosition(position)
                        .build(),
                    answers));
  }

  private static String position(List<ExportResponse> export) {
    return export.getFirst().getHeader().getPosition();
  }

  private static void apply(Change change, Map<String, Record> known) {
    if (change.hasPut()) {
      known.put(key(change.getPut()), change.getPut());
    } else {
      known.remove(
          change.getDelete().getCollection() + " " + change.getDelete().getKey().toStringUtf8());
    }
  }

  private static String key(Record record) {
    return record.getCollection() + " " + record.getKey().toStringUtf8();
  }

  private void schedule(String id, String text) throws JOSEException {
    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setPriority(5)
                .setDeliverAt(Timestamps.fromMillis(Instant.now().plusSeconds(3600).toEpochMilli()))
                .setScheduleId(id)
                .setData(ByteString.copyFromUtf8(text))
                .build());
  }

  private void dieOnce() throws Exception {
    messaging.publish(tenant);
    try (Subscription subscription = messaging.subscribe(tenant, "crm.leads.create")) {
      subscription.settle(
          subscription.next(),
          Nack.newBuilder().setAction(NackAction.NACK_ACTION_DROP).setError("no").build());
    }
  }
}
