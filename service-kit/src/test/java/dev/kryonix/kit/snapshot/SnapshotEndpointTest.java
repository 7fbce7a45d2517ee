package dev.kryonix.kit.snapshot;

import static dev.kryonix.kit.snapshot.RecordCheckTest.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.Footer;
import dev.kryonix.api.snapshot.v1.ImportHeader;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.api.snapshot.v1.TailChangesRequest;
import dev.kryonix.kit.streams.LoopbackServer;
import dev.kryonix.kit.streams.StreamReader;
import dev.kryonix.kit.streams.StreamSender;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SnapshotEndpointTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<Record> RECORDS =
      List.of(
          record("entries", "k1", "v1").toBuilder().setModule("crm").build(),
          record("entries", "k2", "v2"),
          record("sessions", "s1", "v3"));

  private final ShelfStore store = new ShelfStore();
  private Optional<LoopbackServer> server = Optional.empty();

  @BeforeEach
  void start() throws IOException {
    SnapshotTenants tenants = new SnapshotTenants(Optional.empty());
    server =
        Optional.of(
            new LoopbackServer(
                new SnapshotEndpoint(
                    new Exports(store, tenants),
                    new Imports(store, tenants, InstantSource.fixed(NOW)),
                    Optional.empty())));
  }

  @AfterEach
  void stop() {
    server.orElseThrow().close();
  }

  @Test
  void anExportIsHeaderRecordsAndAFooterThatHolds() {
    store.records = RECORDS;

    List<ExportResponse> messages = export(tenant().build());

    assertThat(messages.getFirst().getHeader().getSource()).isEqualTo("cache");
    assertThat(messages.getFirst().getHeader().getFormat()).isEqualTo(3);
    assertThat(messages.getFirst().getHeader().getPosition()).isEqualTo("p1");
    assertThat(messages.subList(1, 4)).extracting(ExportResponse::getRecord).isEqualTo(RECORDS);
    assertThat(messages.getLast().getFooter()).isEqualTo(footer(RECORDS));
    await().until(() -> store.open.get() == 0);
  }

  @Test
  void anExportOfSomeCollectionsHasOnlyThese() {
    store.records = RECORDS;

    assertThat(export(tenant().addCollections("sessions").build())).hasSize(3);
    assertThat(export(tenant().addModules("crm").build())).hasSize(3);
  }

  @Test
  void aSourceThatBreaksTheOrderNeverSendsAFooter() {
    store.records = RECORDS.reversed();

    assertThat(refusal(() -> export(tenant().build())).getCode()).isEqualTo(Code.INTERNAL);
  }

  @Test
  void anotherTenantOfTheSameIdIsNotFound() {
    ByteString other = ByteString.copyFrom(new byte[16]);

    assertThat(refusal(() -> export(tenant().setTenantUid(other).build())).getCode())
        .isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void aUidThatIsNoneIsNamed() {
    Status refusal =
        refusal(() -> export(tenant().setTenantUid(ByteString.copyFromUtf8("x")).build()));

    assertThat(refusal.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.getDescription()).contains("tenant_uid");
  }

  @Test
  void aPositionThatIsNotHeldIsLost() {
    assertThat(refusal(() -> export(tenant().setPosition("p0").build())).getCode())
        .isEqualTo(Code.ABORTED);
  }

  @Test
  void aSourceWithoutAChangeLogDoesNotTail() {
    assertThat(
            refusal(
                    () ->
                        SnapshotSourceGrpc.newBlockingStub(server.orElseThrow().channel())
                            .tailChanges(TailChangesRequest.getDefaultInstance())
                            .hasNext())
                .getCode())
        .isEqualTo(Code.UNIMPLEMENTED);
  }

  @Test
  void anImportPutsItsRecordsInPlaceOfTheOldOnes() {
    store.records = List.of(record("entries", "old", "v"));

    ImportResponse response = send(header(), records(RECORDS), footer(RECORDS));

    assertThat(store.records).isEqualTo(RECORDS);
    assertThat(response.getCountsMap()).containsEntry("entries", 2L).containsEntry("sessions", 1L);
    assertThat(store.open).hasValue(0);
  }

  @Test
  void whatHasExpiredIsLeftOutAndCounted() {
    Record expired =
        RECORDS.getFirst().toBuilder()
            .setExpireTime(Timestamp.newBuilder().setSeconds(NOW.getEpochSecond()))
            .build();
    Record lasting =
        RECORDS.get(1).toBuilder()
            .setExpireTime(Timestamp.newBuilder().setSeconds(NOW.getEpochSecond() + 1))
            .build();
    List<Record> both = List.of(expired, lasting);

    ImportResponse response = send(header(), records(both), footer(both));

    assertThat(store.records).containsExactly(lasting);
    assertThat(response.getExpired()).isEqualTo(1);
    assertThat(response.getCountsMap()).containsEntry("entries", 1L);
  }

  @Test
  void anImportThatIsRepeatedAnswersAgainAndChangesNothing() {
    ImportResponse first = send(header(), records(RECORDS), footer(RECORDS));
    List<Record> written = List.of(record("entries", "since", "v"));
    store.records = written;

    ImportResponse second = send(header(), records(RECORDS), footer(RECORDS));

    assertThat(second).isEqualTo(first);
    assertThat(store.records).isEqualTo(written);
  }

  @Test
  void anImportWithoutAFooterChangesNothing() {
    isRefusedWithoutChange("footer", header(), records(RECORDS));
  }

  @Test
  void anImportWithAnotherFooterChangesNothing() {
    isRefusedWithoutChange("footer", header(), records(RECORDS), footer(RECORDS.subList(0, 2)));
  }

  @Test
  void anImportOutOfOrderChangesNothing() {
    isRefusedWithoutChange(
        "record", header(), records(RECORDS.reversed()), footer(RECORDS.reversed()));
  }

  @Test
  void anImportWithoutAHeaderChangesNothing() {
    isRefusedWithoutChange("header", records(RECORDS), footer(RECORDS));
  }

  @Test
  void anImportWithTwoHeadersChangesNothing() {
    isRefusedWithoutChange("header", header(), header(), records(RECORDS), footer(RECORDS));
  }

  @Test
  void recordsAfterTheFooterChangeNothing() {
    isRefusedWithoutChange("record", header(), footer(List.of()), records(RECORDS));
  }

  @Test
  void recordsOutsideOfWhatIsReplacedChangeNothing() {
    ImportHeader entriesOnly = header().toBuilder().addCollections("entries").build();

    isRefusedWithoutChange("record", entriesOnly, records(RECORDS), footer(RECORDS));
  }

  @Test
  void aSecondImportAtTheSameTimeIsRefusedAndTheFirstGoesOn() {
    try (StreamSender<ImportRequest, ImportResponse> first = sender()) {
      first.send(message(header()));
      await().until(() -> store.open.get() == 1);

      Status refusal =
          refusal(
              () ->
                  send(
                      header().toBuilder().setImportId("i2").build(),
                      records(RECORDS),
                      footer(RECORDS)));
      assertThat(refusal.getCode()).isEqualTo(Code.FAILED_PRECONDITION);

      RECORDS.forEach(record -> first.send(message(record)));
      first.send(message(footer(RECORDS)));
      first.finish();
    }
    assertThat(store.records).isEqualTo(RECORDS);
  }

  @Test
  void aClientThatLeavesLeavesNothingBehind() {
    StreamSender<ImportRequest, ImportResponse> leaving = sender();
    leaving.send(message(header()));
    await().until(() -> store.open.get() == 1);

    leaving.close();

    await().until(() -> store.open.get() == 0);
    // The tenant is free a moment after its import has left nothing.
    await()
        .ignoreExceptions()
        .untilAsserted(() -> send(header(), records(RECORDS), footer(RECORDS)));
    assertThat(store.records).isEqualTo(RECORDS);
  }

  private void isRefusedWithoutChange(String field, Object... parts) {
    List<Record> before = List.of(record("entries", "old", "v"));
    store.records = before;

    Status refusal = refusal(() -> send(parts));

    assertThat(refusal.getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.getDescription()).startsWith(field);
    assertThat(store.records).isEqualTo(before);
    await().until(() -> store.open.get() == 0);
  }

  private List<ExportResponse> export(ExportRequest request) {
    List<ExportResponse> messages = new ArrayList<>();
    try (StreamReader<ExportResponse> reader =
        StreamReader.open(
            8,
            answers ->
                SnapshotSourceGrpc.newStub(server.orElseThrow().channel())
                    .export(request, answers))) {
      reader.forEachRemaining(messages::add);
    }
    return messages;
  }

  /** Sends headers, records, lists of records and footers as they come. */
  private ImportResponse send(Object... parts) {
    try (StreamSender<ImportRequest, ImportResponse> sender = sender()) {
      for (Object part : parts) {
        if (part instanceof RecordList list) {
          list.records().forEach(record -> sender.send(message(record)));
        } else {
          sender.send(message(part));
        }
      }
      return sender.finish();
    }
  }

  private StreamSender<ImportRequest, ImportResponse> sender() {
    return StreamSender.open(SnapshotSourceGrpc.newStub(server.orElseThrow().channel())::import_);
  }

  private record RecordList(List<Record> records) {}

  private static RecordList records(List<Record> records) {
    return new RecordList(records);
  }

  private static ImportRequest message(Object part) {
    ImportRequest.Builder message = ImportRequest.newBuilder();
    switch (part) {
      case ImportHeader header -> message.setHeader(header);
      case Record record -> message.setRecord(record);
      case Footer footer -> message.setFooter(footer);
      default -> throw new AssertionError(part);
    }
    return message.build();
  }

  private static ImportHeader header() {
    return ImportHeader.newBuilder()
        .setTenant(ShelfStore.TENANT.value())
        .setTenantUid(ShelfStore.UID.toBytes())
        .setFormat(3)
        .setImportId("i1")
        .build();
  }

  private static ExportRequest.Builder tenant() {
    return ExportRequest.newBuilder()
        .setTenant(ShelfStore.TENANT.value())
        .setTenantUid(ShelfStore.UID.toBytes());
  }

  private static Footer footer(List<Record> records) {
    Digest digest = new Digest();
    records.forEach(digest::add);
    return digest.footer();
  }

  private static Status refusal(Supplier<?> call) {
    return catchThrowableOfType(StatusRuntimeException.class, call::get).getStatus();
  }
}
