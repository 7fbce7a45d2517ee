package dev.kryonix.cache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.RecordCheck;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Backups and restores of a tenant's entries on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CacheSnapshotsSuite {
  private static final ImportReceipt RECEIPT = new ImportReceipt(Map.of(), 0);

  private final Instant later = Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3600);
  private ApplicationContext context;
  private CacheSnapshots snapshots;
  private EntryStore store;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    snapshots = context.getBean(CacheSnapshots.class);
    store = context.getBean(EntryStore.class);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void whatWasExportedIsThereAgainAfterAnImportAndNothingElse() {
    TenantView tenant = tenant();
    List<Record> records = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      records.add(record("crm", "k%03d".formatted(i), "value " + i));
    }
    replace(tenant, Selection.everything(), records);
    List<Record> exported = export(tenant, Selection.everything());
    EntryStore.Usage before = store.usage(space(tenant));

    replace(tenant, Selection.everything(), List.of(record("whatsapp", "stray", "x")));
    replace(tenant, Selection.everything(), exported);

    assertThat(exported).hasSameSizeAs(records).allMatch(CacheSnapshotsSuite::expiresInTime);
    assertThat(withoutExpiry(exported)).isEqualTo(withoutExpiry(records));
    assertThat(withoutExpiry(export(tenant, Selection.everything())))
        .isEqualTo(withoutExpiry(records));
    assertThat(store.usage(space(tenant))).isEqualTo(before);
  }

  @Test
  void anExportIsInTheContractsOrderWhateverTheKeysHold() {
    TenantView tenant = tenant();
    SnapshotImport running = snapshots.replace(tenant, EntryRecords.FORMAT, Selection.everything());
    for (String key : List.of("z", "{a}", "a:b", "\u00e9", "\uD83D\uDE00", "\uFFFD", "\0", "A")) {
      running.accept(record("crm", key, key));
    }
    running.commit(RECEIPT);

    RecordCheck check = new RecordCheck();
    assertThat(export(tenant, Selection.everything()))
        .hasSize(8)
        .allSatisfy(record -> assertThat(check.add(record)).isEmpty());
  }

  @Test
  void anExportOfAModuleHasOnlyItsEntries() {
    TenantView tenant = tenant();
    replace(
        tenant,
        Selection.everything(),
        List.of(record("crm", "a", "1"), record("whatsapp", "b", "2")));

    assertThat(export(tenant, new Selection(Set.of(), Set.of("whatsapp"))))
        .extracting(Record::getModule)
        .containsExactly("whatsapp");
    assertThat(export(tenant, new Selection(Set.of("sessions"), Set.of()))).isEmpty();
  }

  @Test
  void anImportThatIsGivenUpLeavesEverythingAsItWas() {
    TenantView tenant = tenant();
    replace(tenant, Selection.everything(), List.of(record("crm", "a", "1")));
    EntryStore.Usage before = store.usage(space(tenant));

    try (SnapshotImport running =
        snapshots.replace(tenant, EntryRecords.FORMAT, Selection.everything())) {
      running.accept(record("crm", "b", "2"));
    }

    assertThat(withoutExpiry(export(tenant, Selection.everything())))
        .isEqualTo(withoutExpiry(List.of(record("crm", "a", "1"))));
    assertThat(store.usage(space(tenant))).isEqualTo(before);
  }

  @Test
  void whatIsNoEntryIsRefused() {
    refused("record", record -> record.setCollection("files"));
    refused("record", Record.Builder::clearExpireTime);
    refused("record.key", record -> record.setKey(ByteString.copyFromUtf8("crm:temp")));
    refused("record.module", record -> record.setModule("whatsapp"));
    refused("record.value", record -> record.setValue(ByteString.copyFromUtf8("short")));
    refused(
        "record.value",
        record ->
            record.setValue(record.getValue().concat(ByteString.copyFrom(new byte[1 << 20]))));
    refused(
        "record.expire_time",
        record -> record.setExpireTime(Timestamp.newBuilder().setSeconds(1L << 40)));
  }

  private void refused(String field, UnaryOperator<Record.Builder> damage) {
    Record damaged = damage.apply(record("crm", "a", "1").toBuilder()).build();
    try (SnapshotImport running =
        snapshots.replace(tenant(), EntryRecords.FORMAT, Selection.everything())) {
      ServiceException refusal =
          catchThrowableOfType(ServiceException.class, () -> running.accept(damaged));
      assertThat(refusal).as(field).isNotNull();
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
      assertThat(refusal.getMessage()).startsWith(field + ":");
    }
  }

  private void replace(TenantView tenant, Selection selection, List<Record> records) {
    try (SnapshotImport running = snapshots.replace(tenant, EntryRecords.FORMAT, selection)) {
      records.forEach(running::accept);
      running.commit(RECEIPT);
    }
  }

  private List<Record> export(TenantView tenant, Selection selection) {
    List<Record> records = new ArrayList<>();
    try (SnapshotExport export = snapshots.export(tenant, selection)) {
      export.forEachRemaining(records::add);
    }
    return records;
  }

  private Record record(String module, String key, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    Content content = new Content(bytes, "text/plain", false, 7, Instant.ofEpochMilli(8));
    return EntryRecords.record(new EntryKey(module, "temp", key), content, later);
  }

  /** The way through Redis may cost a second of an entry's life, and never adds one. */
  private static boolean expiresInTime(Record record) {
    Duration left =
        Duration.between(Instant.now(), Instant.ofEpochSecond(record.getExpireTime().getSeconds()));
    return left.compareTo(Duration.ofMinutes(55)) > 0 && left.compareTo(Duration.ofHours(1)) <= 0;
  }

  private static List<Record> withoutExpiry(List<Record> records) {
    return records.stream().map(record -> record.toBuilder().clearExpireTime().build()).toList();
  }

  private TenantView tenant() {
    return Tenants.create(context.getBean(SecretBox.class), "acme", 1000, 1_000_000);
  }

  private TenantSpace space(TenantView tenant) {
    return context.getBean(Spaces.class).of(tenant);
  }
}
