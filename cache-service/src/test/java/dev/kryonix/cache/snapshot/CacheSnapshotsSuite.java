package dev.kryonix.cache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.cache.session.TestSessions;
import dev.kryonix.cache.sync.TestSync;
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
import java.util.Optional;
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
  ApplicationContext context;
  private CacheSnapshots snapshots;
  TestSessions sessions;
  TestSync sync;
  Recount recount;
  private EntryStore store;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    snapshots = context.getBean(CacheSnapshots.class);
    store = context.getBean(EntryStore.class);
    sessions = new TestSessions(context);
    sync = new TestSync(context);
    recount = new Recount(context);
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
  void sessionsCollectionsAndQueuesAreThereAgainAfterAnImport() {
    TenantView tenant = tenant("enterprise");
    Session session = sessions.create(tenant, "ana");
    sync.write(tenant, "rui", "Rui");
    sync.enqueue(tenant, "op1", "op2");
    List<Record> exported = export(tenant, Selection.everything());
    EntryStore.Usage before = recount.booked(tenant);

    sessions.endAll(tenant, "ana");
    sessions.create(tenant, "bea");
    sync.write(tenant, "rui", "changed");
    sync.write(tenant, "eva", "Eva");
    String later = sync.pull(tenant, "").checkpoint();
    sync.enqueue(tenant, "op3");
    replace(tenant, Selection.everything(), exported);

    assertThat(sessions.list(tenant, "ana")).containsExactly(session);
    assertThat(sessions.find(tenant, session.getId())).contains(session);
    assertThat(sessions.list(tenant, "bea")).isEmpty();
    assertThat(names(sync.pull(tenant, ""))).containsExactly("Rui");
    // Whoever has seen what is gone begins anew.
    assertThat(sync.pull(tenant, later).reset()).isTrue();
    assertThat(sync.queued(tenant)).containsExactly("op1", "op2");
    sync.write(tenant, "eva", "again");
    assertThat(names(sync.pull(tenant, ""))).containsExactly("Rui", "again");
    assertThat(sessions.endAll(tenant, "ana")).isEqualTo(1);
    // The answer to a request_id is not backed up; the session and its user's list have been ended.
    assertThat(recount.booked(tenant).keys()).isEqualTo(before.keys() - 3 + 1);
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  @Test
  void recordsAreInTheContractsOrderAndEachOfItsCollection() {
    TenantView tenant = tenant("enterprise");
    sessions.create(tenant, "ana");
    sync.write(tenant, "rui", "Rui");
    sync.enqueue(tenant, "op1");
    new TestEntries(context).write(tenant, new EntryKey("crm", "temp", "a"), Duration.ofHours(1));

    RecordCheck check = new RecordCheck();
    List<Record> records = export(tenant, Selection.everything());
    assertThat(records).allSatisfy(record -> assertThat(check.add(record)).isEmpty());
    assertThat(records.stream().map(Record::getCollection).distinct())
        .containsExactly("entries", "offline", "sessions", "sync");
    assertThat(export(tenant, new Selection(Set.of("sessions"), Set.of())))
        .hasSize(2)
        .allMatch(record -> record.getModule().isEmpty() && record.hasExpireTime());
    assertThat(export(tenant, new Selection(Set.of(), Set.of("crm"))))
        .extracting(Record::getCollection)
        .containsExactly("entries");
  }

  @Test
  void anImportReplacesOnlyWhatItIsOf() {
    TenantView tenant = tenant("enterprise");
    Session session = sessions.create(tenant, "ana");
    sync.write(tenant, "rui", "Rui");
    EntryKey kept = new EntryKey("crm", "temp", "kept");
    new TestEntries(context).write(tenant, kept, Duration.ofHours(1));

    replace(tenant, new Selection(Set.of("sync"), Set.of()), List.of());
    assertThat(sync.pull(tenant, "").documents()).isEmpty();
    assertThat(sessions.find(tenant, session.getId())).isPresent();
    replace(tenant, new Selection(Set.of(), Set.of("crm")), List.of());
    assertThat(sessions.find(tenant, session.getId())).isPresent();
    assertThat(export(tenant, new Selection(Set.of("entries"), Set.of()))).isEmpty();
    // A backup of before sessions were backed up says nothing of them.
    try (SnapshotImport running = snapshots.replace(tenant, 3, Selection.everything())) {
      running.commit(RECEIPT);
    }
    assertThat(sessions.find(tenant, session.getId())).isPresent();
  }

  @Test
  void anotherWayOfSpreadingTakesAllButSessionsThatCouldNotBeEndedTogether() {
    TenantView spread = tenant("enterprise");
    Session session = sessions.create(spread, "ana");
    sync.write(spread, "rui", "Rui");
    sync.enqueue(spread, "op1");
    List<Record> exported = export(spread, Selection.everything());
    store.erase(space(spread));

    TenantView narrow = withPlan(spread, "basic");
    replace(narrow, Selection.everything(), exported);
    assertThat(sessions.list(narrow, "ana")).containsExactly(session);
    assertThat(names(sync.pull(narrow, ""))).containsExactly("Rui");
    assertThat(sync.queued(narrow)).containsExactly("op1");

    for (int i = 0; i < 20; i++) {
      sessions.create(narrow, "user" + i);
    }
    exported = export(narrow, Selection.everything());
    store.erase(space(narrow));
    replace(spread, Selection.everything(), exported);
    assertThat(names(sync.pull(spread, ""))).containsExactly("Rui");
    assertThat(sync.queued(spread)).containsExactly("op1");
    assertThat(sessions.find(spread, session.getId())).isPresent();
    for (int i = 0; i < 20; i++) {
      List<Session> listed = sessions.list(spread, "user" + i);
      listed.forEach(each -> assertThat(sessions.find(spread, each.getId())).isPresent());
      sessions.endAll(spread, "user" + i);
      listed.forEach(each -> assertThat(sessions.find(spread, each.getId())).isEmpty());
    }
    assertThat(recount.booked(spread)).isEqualTo(recount.counted(spread));
  }

  static List<String> names(TestSync.Pulled pulled) {
    return pulled.documents().stream()
        .map(each -> each.getFields().getFieldsOrThrow("name").getStringValue())
        .toList();
  }

  @Test
  void whatIsNoEntryIsRefused() {
    refused("record", record -> record.setCollection("files"));
    refused("record.expire_time", Record.Builder::clearExpireTime);
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
    return EntryRecords.record(
        Section.ENTRIES, new EntryKey(module, "temp", key), content, Optional.of(later));
  }

  /** The way through Redis may cost a second of an entry's life, and never adds one. */
  private static boolean expiresInTime(Record record) {
    Duration left =
        Duration.between(Instant.now(), Instant.ofEpochSecond(record.getExpireTime().getSeconds()));
    return left.compareTo(Duration.ofMinutes(30)) > 0 && left.compareTo(Duration.ofHours(1)) <= 0;
  }

  private static List<Record> withoutExpiry(List<Record> records) {
    return records.stream().map(record -> record.toBuilder().clearExpireTime().build()).toList();
  }

  private TenantView tenant() {
    return Tenants.create(context.getBean(SecretBox.class), "acme", 1000, 1_000_000);
  }

  TenantView tenant(String plan) {
    return Tenants.create(
        context.getBean(SecretBox.class),
        "acme",
        plan,
        CacheLimits.newBuilder().setKeys(1000).setMemoryBytes(4_000_000).build());
  }

  static TenantView withPlan(TenantView tenant, String plan) {
    return new TenantView(
        tenant.id(),
        tenant.uid(),
        tenant.generation() + 1,
        tenant.serving(),
        plan,
        tenant.modules(),
        tenant.limits(),
        tenant.cell(),
        tenant.secrets(),
        tenant.compliance(),
        tenant.revoked());
  }

  private TenantSpace space(TenantView tenant) {
    return context.getBean(Spaces.class).of(tenant);
  }
}
