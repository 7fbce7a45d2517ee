package dev.kryonix.cache.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.counting.Counters;
import dev.kryonix.cache.counting.Namespace;
import dev.kryonix.cache.counting.Times;
import dev.kryonix.cache.counting.Use;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.EntryStore;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.cache.session.TestSessions;
import dev.kryonix.cache.structure.TestStructures;
import dev.kryonix.cache.sync.TestSync;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Figures of tenants on a real PostgreSQL, counted over a real Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FigureStoreIT {
  /** Far ahead, so that no running service rolls these minutes up or forgets their hours. */
  private static final Instant NOON = Instant.parse("2100-01-02T12:00:00Z");

  private static final Use FEW = new Use(1, 2, 1, 30, 4, 500, new Times(70, 8, 9, 10));

  private ApplicationContext context;
  private FigureStore store;
  private Database database;

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(RedisKind.STANDALONE);
    store = context.getBean(FigureStore.class);
    database = context.getBean(Database.class);
    // Else its rounds take away what these tests have counted.
    context.getBean(Figures.class).stop();
    await()
        .ignoreException(ServiceException.class)
        .until(() -> database.inPlatform(tx -> tx.count("SELECT 1")) == 1);
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void readsAndWritesOfEntriesAreCountedByModuleAndDataType() {
    TenantView tenant = tenant();
    TestEntries entries = new TestEntries(context);
    EntryKey key = new EntryKey("crm", "contacts", "a");
    entries.write(tenant, key, Duration.ofHours(1));
    entries.read(tenant, key);
    entries.read(tenant, key);
    entries.read(tenant, new EntryKey("crm", "contacts", "none"));
    entries.write(tenant, new EntryKey("whatsapp", "an_invented_type", "a"), Duration.ofHours(1));

    Map<Namespace, Use> harvest = context.getBean(Counters.class).harvest();

    Use known = harvest.getOrDefault(namespace(tenant, "crm", "contacts"), Use.NONE);
    Use other = harvest.getOrDefault(namespace(tenant, "whatsapp", "other"), Use.NONE);
    assertThat(known).isEqualTo(new Use(2, 1, 0, 10, 1, 5, known.times()));
    assertThat(other).isEqualTo(new Use(0, 0, 0, 0, 1, 5, other.times()));
    assertThat(known.times().readMicros()).isPositive();
    assertThat(known.times().writeMicros()).isPositive();
    assertThat(other.times().readMicros()).isZero();
  }

  @Test
  void structuresSessionsCollectionsAndQueuesAreCountedToo() {
    TenantView tenant = tenant();
    new TestStructures(context).increment(tenant, new EntryKey("crm", "temp", "n"), 1);
    new TestSessions(context).create(tenant, "ana");
    TestSync sync = new TestSync(context);
    sync.write(tenant, "rui", "Rui");
    sync.enqueue(tenant, "op1");

    Map<Namespace, Use> harvest = context.getBean(Counters.class).harvest();

    assertThat(harvest.getOrDefault(namespace(tenant, "crm", "temp"), Use.NONE))
        .returns(1L, Use::misses)
        .returns(1L, Use::writes);
    for (Namespace each :
        List.of(
            namespace(tenant, "kryonix_session", "session"),
            namespace(tenant, "kryonix_session", "user"),
            namespace(tenant, "kryonix_sync", "document"),
            namespace(tenant, "kryonix_sync", "log"),
            namespace(tenant, "kryonix_offline", "queue"))) {
      assertThat(harvest.getOrDefault(each, Use.NONE).writes()).as("%s", each).isEqualTo(1);
    }
  }

  @Test
  void expirationsOfATenantAreCounted() {
    TenantView tenant = tenant();
    TestEntries entries = new TestEntries(context);
    for (int i = 0; i < 3; i++) {
      entries.write(tenant, new EntryKey("crm", "temp", "k" + i), Duration.ofSeconds(1));
    }
    entries.write(tenant, new EntryKey("crm", "temp", "stays"), Duration.ofHours(1));

    Recount recount = new Recount(context);
    await().until(() -> recount.booked(tenant).keys() == 1);
    Spaces spaces = context.getBean(Spaces.class);
    EntryStore store = context.getBean(EntryStore.class);
    assertThat(store.expirations(List.of(spaces.of(tenant)))).containsExactly(3L);
    assertThat(store.evictions(List.of(spaces.of(tenant)))).containsExactly(0L);
  }

  @Test
  void aRowThatIsWrittenAgainChangesNothingAndThoseOfProcessesAddUp() {
    TenantView tenant = tenant();
    Minutes.Row row = new Minutes.Row(namespace(tenant, "crm", "temp"), NOON, FEW);
    UUID one = UUID.randomUUID();
    store.writeUses(one, List.of(row));
    store.writeUses(one, List.of(row));
    store.writeUses(UUID.randomUUID(), List.of(row));

    assertThat(minutes(tenant)).isEqualTo(FEW.plus(FEW));
  }

  @Test
  void hoursAreTheSumOfTheirMinutesHoweverOftenAndLateTheyAreMade() {
    TenantView tenant = tenant();
    Use sum = Use.NONE;
    for (int minute = 0; minute < 60; minute++) {
      write(tenant, "temp", NOON.plus(Duration.ofMinutes(minute)), FEW);
      sum = sum.plus(FEW);
    }
    write(tenant, "temp", NOON.plus(Duration.ofHours(1)), FEW);
    write(tenant, "contacts", NOON, FEW);

    store.roll(NOON.plus(Duration.ofHours(1)));
    store.roll(NOON.plus(Duration.ofHours(1)));

    assertThat(hour(tenant, "temp", NOON)).isEqualTo(sum);
    assertThat(hour(tenant, "contacts", NOON)).isEqualTo(FEW);
    assertThat(minutes(tenant)).isEqualTo(FEW);
    // What comes late from another process adds to its hour.
    write(tenant, "temp", NOON.plus(Duration.ofMinutes(3)), FEW);
    store.roll(NOON.plus(Duration.ofHours(2)));
    assertThat(hour(tenant, "temp", NOON)).isEqualTo(sum.plus(FEW));
    assertThat(hour(tenant, "temp", NOON.plus(Duration.ofHours(1)))).isEqualTo(FEW);
    assertThat(minutes(tenant)).isEqualTo(Use.NONE);
  }

  @Test
  void hoursOfLongAgoAreForgotten() {
    TenantView tenant = tenant();
    write(tenant, "temp", NOON.minus(Duration.ofDays(200)), FEW);
    write(tenant, "temp", NOON.minus(Duration.ofDays(100)), FEW);
    store.roll(NOON.minus(Duration.ofDays(99)));

    store.forget(NOON.minus(Duration.ofDays(150)));

    assertThat(store.count(tenant.id(), tenant.uid())).containsEntry("cache.use_hours", 1L);
  }

  @Test
  void theHoursLevelIsTheLastOfItsMinutes() {
    TenantView tenant = tenant();
    store.writeLevels(NOON, List.of(new Level(tenant.id(), tenant.uid(), 1, 10, 0, 4)));
    store.writeLevels(
        NOON.plusSeconds(40), List.of(new Level(tenant.id(), tenant.uid(), 2, 20, 1, 5)));
    store.writeLevels(
        NOON.plusSeconds(3599), List.of(new Level(tenant.id(), tenant.uid(), 3, 30, 7, 6)));
    store.roll(NOON.plus(Duration.ofHours(1)));
    store.roll(NOON.plus(Duration.ofHours(1)));

    List<List<Long>> hours =
        database.inTenant(
            tenant.id(),
            tx ->
                tx.query(
                    "SELECT keys, bytes, evicted, expired FROM level_hours WHERE tenant_uid = ?",
                    row -> List.of(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                    tenant.uid().value()));
    assertThat(hours).containsExactly(List.of(3L, 30L, 7L, 6L));
  }

  @Test
  void evictionsOfATenantAreCounted() {
    CacheLimits limits =
        CacheLimits.newBuilder()
            .setKeys(5)
            .setMemoryBytes(1_000_000)
            .setEviction(CacheEviction.CACHE_EVICTION_LRU)
            .build();
    TenantView tenant = Tenants.create(context.getBean(SecretBox.class), "acme", "basic", limits);
    TestEntries entries = new TestEntries(context);
    for (int i = 0; i < 8; i++) {
      entries.write(tenant, new EntryKey("crm", "temp", "k" + i), Duration.ofHours(1));
    }

    Spaces spaces = context.getBean(Spaces.class);
    assertThat(
            context
                .getBean(EntryStore.class)
                .evictions(List.of(spaces.of(tenant), spaces.of(tenant()))))
        .containsExactly(3L, 0L);
  }

  @Test
  void aTransactionOfAnotherTenantOrOfNoneSeesNothing() throws Exception {
    TenantView tenant = tenant();
    write(tenant, "temp", NOON, FEW);
    String count = "SELECT count(*) FROM use_minutes WHERE tenant_uid = ?";

    long others =
        database.inTenant(
            new TenantId("other_tenant"), tx -> tx.count(count, tenant.uid().value()));
    long own = database.inTenant(tenant.id(), tx -> tx.count(count, tenant.uid().value()));
    assertThat(others).isZero();
    assertThat(own).isEqualTo(1);
    try (var connection = database.pool().getConnection();
        var statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM use_minutes")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getLong(1)).isZero();
    }
  }

  @Test
  void erasingATenantLeavesNoRowOfItAndAllOfOthers() {
    TenantView tenant = tenant();
    TenantView other = tenant();
    for (TenantView each : List.of(tenant, other)) {
      write(each, "temp", NOON.minus(Duration.ofDays(1)), FEW);
      store.writeLevels(
          NOON.minus(Duration.ofDays(1)), List.of(new Level(each.id(), each.uid(), 1, 1, 1, 1)));
      store.roll(NOON);
      write(each, "temp", NOON, FEW);
      store.writeLevels(NOON, List.of(new Level(each.id(), each.uid(), 1, 1, 1, 1)));
    }
    assertThat(store.count(tenant.id(), tenant.uid()).values()).containsOnly(1L).hasSize(4);

    store.erase(tenant.id(), tenant.uid());

    assertThat(store.count(tenant.id(), tenant.uid()).values()).containsOnly(0L);
    assertThat(store.count(other.id(), other.uid()).values()).containsOnly(1L);
  }

  private void write(TenantView tenant, String type, Instant minute, Use use) {
    store.writeUses(
        UUID.randomUUID(),
        List.of(
            new Minutes.Row(
                namespace(tenant, "crm", type), minute.truncatedTo(ChronoUnit.MINUTES), use)));
  }

  private Use minutes(TenantView tenant) {
    return sum(tenant, "SELECT * FROM use_minutes WHERE tenant_uid = ?", tenant.uid().value());
  }

  private Use hour(TenantView tenant, String type, Instant hour) {
    return sum(
        tenant,
        "SELECT * FROM use_hours WHERE tenant_uid = ? AND type = ? AND hour = ?",
        tenant.uid().value(),
        type,
        hour);
  }

  private Use sum(TenantView tenant, String sql, Object... parameters) {
    return database
        .inTenant(tenant.id(), tx -> tx.query(sql, FigureStoreIT::use, parameters))
        .stream()
        .reduce(Use.NONE, Use::plus);
  }

  private static Use use(ResultSet row) throws SQLException {
    return new Use(
        row.getLong("hits"),
        row.getLong("misses"),
        row.getLong("rejected"),
        row.getLong("read_bytes"),
        row.getLong("writes"),
        row.getLong("written_bytes"),
        new Times(
            row.getLong("read_micros"),
            row.getLong("slow_reads"),
            row.getLong("write_micros"),
            row.getLong("slow_writes")));
  }

  private static Namespace namespace(TenantView tenant, String module, String type) {
    return new Namespace(tenant.id(), tenant.uid(), module, type);
  }

  private TenantView tenant() {
    return Tenants.create(context.getBean(SecretBox.class), "acme", 1_000, 1_000_000);
  }
}
