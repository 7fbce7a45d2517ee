package dev.kryonix.cache.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.snapshot.v1.Change;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.snapshot.ChangeTail;
import dev.kryonix.kit.snapshot.ImportReceipt;
import dev.kryonix.kit.snapshot.Selection;
import dev.kryonix.kit.snapshot.SnapshotExport;
import dev.kryonix.kit.snapshot.SnapshotImport;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.ScoredValue;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The changes of tenants' caches on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CacheChangesSuite {
  private static final int MOST_HELD = 50_000;
  private static final EntryKey KEY = new EntryKey("crm", "temp", "a");

  private ApplicationContext context;
  private CacheSnapshots snapshots;
  private CacheChanges changes;
  private TestEntries entries;
  private Keyspace redis;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    snapshots = context.getBean(CacheSnapshots.class);
    changes = context.getBean(CacheChanges.class);
    entries = new TestEntries(context);
    redis = context.getBean(Redis.class).keyspace(Purpose.API);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void anExportAndTheChangesSinceAreWhatIsThereInTheEndAndNothingOfAnotherTenant()
      throws Exception {
    long seed = new Random().nextLong();
    TenantView ours = tenant("ours", "enterprise");
    TenantView theirs = tenant("theirs", "enterprise");
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> other = users.submit(() -> use(theirs, seed + 1, 600));
      RandomUse use = new RandomUse(context, ours, seed);
      use.times(200);

      Follower follower = follow(ours, () -> times(use, 1));
      Future<?> ourUse = users.submit(() -> times(use, 400));
      Random random = new Random(seed);
      while (!ourUse.isDone()) {
        // Each reader goes on where the last one stopped.
        ChangeTail tail = changes.tail(() -> ours, follower.position());
        for (int i = random.nextInt(10); i >= 0; i--) {
          follower.read(tail);
        }
      }
      ourUse.get();
      other.get();

      ChangeTail tail = changes.tail(() -> ours, follower.position());
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                // As the service does for tenants that it knows of.
                entries.lookAfter(ours);
                follower.read(tail);
                assertThat(follower.now()).as("seed %d", seed).isEqualTo(living(ours));
              });
      assertThat(follower.told()).as("seed %d", seed).isNotEmpty().allMatch(this::isNotTheirs);
    }
  }

  private boolean isNotTheirs(Change change) {
    return change.hasPut()
        ? !change.getPut().toByteString().toString(StandardCharsets.ISO_8859_1).contains("theirs")
        : !change.getDelete().getKey().toString(StandardCharsets.ISO_8859_1).contains("theirs");
  }

  private void use(TenantView tenant, long seed, int many) {
    times(new RandomUse(context, tenant, seed), many);
  }

  private static void times(RandomUse use, int many) {
    try {
      use.times(many);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void anEntryThatChangesOftenIsToldOnceWithItsLastValueAndWhatIsLeftOfItsLife() throws Exception {
    TenantView tenant = tenant("acme", "enterprise");
    Follower follower = follow(tenant, () -> {});
    for (int i = 0; i < 20; i++) {
      entries.write(tenant, KEY, "value " + i, Duration.ofMinutes(10));
    }
    entries.touch(tenant, KEY, Duration.ofMinutes(50));

    ChangeTail tail = changes.tail(() -> tenant, follower.position());
    await().until(() -> read(follower, tail).told().size() == 1);

    Record put = follower.told().getFirst().getPut();
    assertThat(EntryRecords.content(put, EntryRecords.FORMAT).value())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("value 19");
    assertThat(
            put.getExpireTime().getSeconds()
                - follower.told().getFirst().getCommitTime().getSeconds())
        .isBetween(49 * 60L, 50 * 60L);
    assertThat(follower.now()).isEqualTo(living(tenant));
  }

  @Test
  void aRestoreIsToldRecordByRecord() throws Exception {
    TenantView tenant = tenant("acme", "enterprise");
    for (int i = 0; i < 100; i++) {
      entries.write(tenant, new EntryKey("crm", "temp", "k" + i), Duration.ofHours(1));
    }
    Map<Follower.Id, Record> before = living(tenant);
    for (int i = 0; i < 100; i++) {
      entries.delete(tenant, new EntryKey("crm", "temp", "k" + i));
    }
    entries.write(tenant, new EntryKey("crm", "temp", "stray"), Duration.ofHours(1));
    Follower follower = follow(tenant, () -> {});
    try (SnapshotImport restore =
        snapshots.replace(tenant, EntryRecords.FORMAT, Selection.everything())) {
      before.values().forEach(restore::accept);
      restore.commit(new ImportReceipt(Map.of(), 0));
    }

    ChangeTail tail = changes.tail(() -> tenant, follower.position());
    await()
        .untilAsserted(
            () -> assertThat(read(follower, tail).now()).hasSize(100).isEqualTo(living(tenant)));
  }

  @Test
  void aPositionIsLostWhenChangesAfterItAreNotHeld() throws Exception {
    TenantView tenant = tenant("acme", "basic");
    Bucket bucket = context.getBean(Spaces.class).of(tenant).bucket(0);
    String first = follow(tenant, () -> {}).position();
    entries.write(tenant, KEY, Duration.ofHours(1));
    String second = follow(tenant, () -> {}).position();
    @SuppressWarnings("unchecked")
    ScoredValue<byte[]>[] more =
        IntStream.range(0, MOST_HELD)
            .mapToObj(i -> ScoredValue.just(4e15, ("x:y:" + i).getBytes(StandardCharsets.UTF_8)))
            .toArray(ScoredValue[]::new);
    redis.await(redis.commands().zadd(bucket.named("changed"), more));
    entries.write(tenant, new EntryKey("crm", "temp", "b"), Duration.ofHours(1));
    isLost(tenant, first);
    assertThat(changes.tail(() -> tenant, second).next(Duration.ZERO).changes()).isNotEmpty();
    isLost(tenant("acme", "basic"), second);

    redis.await(redis.commands().unlink(new byte[][] {bucket.named("changed")}));
    isLost(tenant, second);
    String third = follow(tenant, () -> {}).position();
    assertThat(changes.tail(() -> tenant, third).next(Duration.ZERO).changes()).isEmpty();
    redis.await(redis.commands().hset(bucket.named("follow"), text("run"), text("another")));
    isLost(tenant, third);
  }

  @Test
  void whatIsNoPositionIsRefused() {
    for (String wrong : List.of("?", "AAAA", "AAAAAAAAAAAAAAAAAA")) {
      ServiceException refusal =
          catchThrowableOfType(
              ServiceException.class, () -> changes.tail(() -> tenant("acme", "basic"), wrong));
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
    }
  }

  private void isLost(TenantView tenant, String position) {
    ServiceException refusal =
        catchThrowableOfType(
            ServiceException.class, () -> changes.tail(() -> tenant, position).next(Duration.ZERO));
    assertThat(refusal).isNotNull();
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_SNAPSHOT_POSITION_LOST);
  }

  private static Follower read(Follower follower, ChangeTail tail) throws InterruptedException {
    follower.read(tail);
    return follower;
  }

  private Follower follow(TenantView tenant, Runnable meanwhile) {
    try (SnapshotExport export = snapshots.export(tenant, Selection.everything())) {
      return new Follower(export, meanwhile);
    }
  }

  private Map<Follower.Id, Record> living(TenantView tenant) {
    Map<Follower.Id, Record> all = new HashMap<>();
    try (SnapshotExport export = snapshots.export(tenant, Selection.everything())) {
      export.forEachRemaining(record -> all.put(Follower.Id.of(record), record));
    }
    all.values().removeIf(Follower::hasEnded);
    return all;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A tenant whose least recently used entries make way at 250 keys. */
  private TenantView tenant(String id, String plan) {
    return Tenants.create(
        context.getBean(SecretBox.class),
        id,
        plan,
        CacheLimits.newBuilder()
            .setKeys(250)
            .setMemoryBytes(4_000_000)
            .setEviction(CacheEviction.CACHE_EVICTION_LRU)
            .build());
  }
}
