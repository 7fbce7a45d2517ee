package dev.kryonix.cache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.DeviceClass;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.Envelope;
import dev.kryonix.cache.entry.Found;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Staging and the switch on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SnapshotRowsSuite {
  private static final SnapshotRows.Replaced EVERYTHING =
      new SnapshotRows.Replaced(true, List.of());
  private static final SnapshotRows.Replaced CRM = new SnapshotRows.Replaced(false, List.of("crm"));

  private final Instant later =
      Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS);

  private ApplicationContext context;
  private SnapshotRows rows;
  private EntryStore store;
  private Envelope envelope;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    rows = context.getBean(SnapshotRows.class);
    store = context.getBean(EntryStore.class);
    envelope = context.getBean(Envelope.class);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void whatIsStagedIsSeenByNobodyBeforeTheSwitch() {
    TenantView tenant = tenant();
    stage(tenant, "i1", new EntryKey("crm", "temp", "a"), 1);

    assertThat(addresses(tenant)).isEmpty();
    assertThat(store.usage(space(tenant))).isEqualTo(new EntryStore.Usage(0, 0, 0));
  }

  @Test
  void theSwitchReplacesTheSelectedModulesAndTheirCharge() {
    TenantView tenant = tenant();
    stage(tenant, "i1", new EntryKey("crm", "temp", "old"), 1);
    stage(tenant, "i1", new EntryKey("whatsapp", "temp", "kept"), 2);
    rows.commit(space(tenant), "i1", 2, EVERYTHING);
    EntryStore.Usage before = store.usage(space(tenant));

    stage(tenant, "i2", new EntryKey("crm", "temp", "new"), 3);
    assertThat(rows.commit(space(tenant), "i2", 1, CRM)).isTrue();

    assertThat(addresses(tenant))
        .containsExactly(
            new EntryKey("crm", "temp", "new"), new EntryKey("whatsapp", "temp", "kept"));
    assertThat(read(tenant, new EntryKey("crm", "temp", "new"))).hasValue((byte) 3);
    assertThat(read(tenant, new EntryKey("whatsapp", "temp", "kept"))).hasValue((byte) 2);
    assertThat(store.usage(space(tenant))).isEqualTo(before);
  }

  @Test
  void aRestoredEntryExpiresWhenItWouldHave() {
    TenantView tenant = tenant();
    EntryKey key = new EntryKey("crm", "temp", "a");
    stage(tenant, "i1", key, 1);
    rows.commit(space(tenant), "i1", 1, EVERYTHING);

    Found.Live stored = live(tenant, key).orElseThrow();

    assertThat(stored.head().expires()).isBetween(later.minusSeconds(2), later.plusSeconds(2));
  }

  @Test
  void whatWasDroppedCannotBeSwitchedIn() {
    TenantView tenant = tenant();
    stage(tenant, "i1", new EntryKey("crm", "temp", "a"), 1);
    rows.drop(space(tenant), "i1");

    assertThat(rows.commit(space(tenant), "i1", 1, EVERYTHING)).isFalse();
    assertThat(addresses(tenant)).isEmpty();
  }

  @Test
  void aSwitchThatHasLostAStagedEntryChangesNothing() {
    TenantView tenant = tenant();
    EntryKey kept = new EntryKey("crm", "temp", "kept");
    stage(tenant, "i1", kept, 1);
    rows.commit(space(tenant), "i1", 1, EVERYTHING);
    EntryStore.Usage before = store.usage(space(tenant));

    EntryKey lost = new EntryKey("crm", "temp", "lost");
    stage(tenant, "i2", new EntryKey("crm", "temp", "new"), 2);
    stage(tenant, "i2", lost, 3);
    Keyspace redis = context.getBean(Redis.class).keyspace(Purpose.API);
    byte[] prefix = space(tenant).bucket(0).stagedPrefix("i2");
    byte[] key = Arrays.copyOf(prefix, prefix.length + lost.bytes().length);
    System.arraycopy(lost.bytes(), 0, key, prefix.length, lost.bytes().length);
    assertThat(redis.await(redis.commands().unlink(key))).isEqualTo(1);

    assertThat(rows.commit(space(tenant), "i2", 2, EVERYTHING)).isFalse();
    assertThat(addresses(tenant)).containsExactly(kept);
    assertThat(read(tenant, kept)).hasValue((byte) 1);
    assertThat(store.usage(space(tenant))).isEqualTo(before);
  }

  private void stage(TenantView tenant, String importId, EntryKey key, int value) {
    Content content =
        new Content(new byte[] {(byte) value}, "", false, value, Instant.ofEpochMilli(value));
    rows.stage(
        space(tenant).bucket(key),
        importId,
        key,
        new SnapshotRows.Staged(envelope.seal(tenant, key, content), later, DeviceClass.MOBILE));
  }

  private List<EntryKey> addresses(TenantView tenant) {
    return rows.all(space(tenant)).stream().map(SnapshotRows.Placed::address).toList();
  }

  private Optional<Byte> read(TenantView tenant, EntryKey key) {
    return live(tenant, key)
        .flatMap(found -> envelope.open(tenant, key, found.bytes()))
        .map(content -> content.value()[0]);
  }

  private Optional<Found.Live> live(TenantView tenant, EntryKey key) {
    return rows.read(List.of(new SnapshotRows.Placed(space(tenant).bucket(key), key))).getFirst()
            instanceof Found.Live live
        ? Optional.of(live)
        : Optional.empty();
  }

  private TenantView tenant() {
    return Tenants.create(context.getBean(SecretBox.class), "acme", 10, 100_000);
  }

  private TenantSpace space(TenantView tenant) {
    return context.getBean(Spaces.class).of(tenant);
  }
}
