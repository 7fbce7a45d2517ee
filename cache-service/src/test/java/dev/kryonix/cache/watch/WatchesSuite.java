package dev.kryonix.cache.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.cache.v1.WatchRequest;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.Bucket;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.entry.TestEntries;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.cache.redis.TestKeyspaces;
import dev.kryonix.cache.structure.TestStructures;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Watching on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WatchesSuite {
  private static final Duration LONG = Duration.ofHours(1);

  private ApplicationContext context;
  private Watches watches;
  private TestEntries entries;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    watches = context.getBean(Watches.class);
    entries = new TestEntries(context);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aWatcherIsToldOfWritesTouchesDeletionsTagsAndFlushesInOrder() {
    TenantView tenant = tenant("basic");
    try (Recorder recorder = watch(tenant, WatchRequest.newBuilder())) {
      entries.write(tenant, key("a"), LONG);
      entries.touch(tenant, key("a"), LONG);
      entries.delete(tenant, key("a"));
      entries.delete(tenant, key("a"));
      entries.invalidate(tenant, "t1", "t2");
      entries.flush(tenant, "crm", "temp");

      await()
          .untilAsserted(
              () ->
                  assertThat(recorder.events())
                      .containsExactly(
                          "written a",
                          "written a",
                          "deleted a",
                          "tag t1",
                          "tag t2",
                          "flushed crm:temp"));
    }
  }

  @Test
  void anExpiredEntryIsToldOf() {
    TenantView tenant = tenant("basic");
    try (Recorder recorder = watch(tenant, WatchRequest.newBuilder())) {
      entries.write(tenant, key("a"), Duration.ofSeconds(1));

      await()
          .untilAsserted(
              () -> {
                new Recount(context).booked(tenant);
                assertThat(recorder.events()).containsExactly("written a", "expired a");
              });
    }
  }

  /** Redis ends entries, or evicts them, before the books know of it. */
  @Test
  void whatRedisItselfHasEndedIsToldOfWhoeverTakesItOffTheBooks() throws Exception {
    TenantView tenant = tenant("basic");
    try (Recorder recorder = watch(tenant, WatchRequest.newBuilder())) {
      entries.write(tenant, key("audited"), LONG);
      entries.write(tenant, key("deleted"), LONG);
      entries.lose(tenant, key("audited"));
      entries.lose(tenant, key("deleted"));
      entries.delete(tenant, key("deleted"));
      entries.lookAfter(tenant);

      await()
          .untilAsserted(
              () ->
                  assertThat(recorder.events())
                      .containsExactly(
                          "written audited",
                          "written deleted",
                          "expired deleted",
                          "expired audited"));
    }
  }

  @Test
  void onlyWhatIsAskedForIsTold() {
    TenantView tenant = tenant("basic");
    WatchRequest.Builder prefix = WatchRequest.newBuilder().setModule("crm").setKeyPrefix("a");
    WatchRequest.Builder tagged = WatchRequest.newBuilder().addTags("t1");
    try (Recorder ofPrefix = watch(tenant, prefix);
        Recorder ofTag = watch(tenant, tagged)) {
      entries.write(tenant, key("ab"), LONG, "t1");
      entries.write(tenant, key("b"), LONG, "t2");
      entries.write(tenant, new EntryKey("whatsapp", "temp", "a"), LONG);
      entries.invalidate(tenant, "t2");
      entries.flush(tenant, "whatsapp", "");
      entries.write(tenant, key("a-end"), LONG, "t2", "t1");

      await()
          .untilAsserted(
              () ->
                  assertThat(ofPrefix.events())
                      .containsExactly("written ab", "tag t2", "written a-end"));
      await()
          .untilAsserted(
              () ->
                  assertThat(ofTag.events().stream().filter(each -> !each.startsWith("expired")))
                      .containsExactly("written ab", "flushed whatsapp:", "written a-end"));
    }
  }

  /** Who has a copy by a tag would keep it. */
  @Test
  void whatTakesATagAwayIsToldToWhoWatchesTheTag() {
    TenantView tenant = tenant("basic");
    try (Recorder ofTag = watch(tenant, WatchRequest.newBuilder().addTags("t1"))) {
      entries.write(tenant, key("other"), LONG, "t1");
      entries.write(tenant, key("other"), LONG, "t2");
      entries.write(tenant, key("other"), LONG, "t2");
      entries.write(tenant, key("none"), LONG, "t1");
      entries.write(tenant, key("none"), LONG);
      entries.writeAbsent(tenant, key("made"), LONG, "t1");
      new TestStructures(context).increment(tenant, key("made"), 1);
      entries.write(tenant, key("lost"), LONG, "t1");
      entries.lose(tenant, key("lost"));
      entries.write(tenant, key("lost"), LONG);
      entries.write(tenant, key("end"), LONG, "t1");

      await()
          .untilAsserted(
              () ->
                  assertThat(ofTag.events())
                      .containsExactly(
                          "written other",
                          "written other",
                          "written none",
                          "written none",
                          "written made",
                          "written made",
                          "written lost",
                          "written lost",
                          "written end"));
    }
  }

  @Test
  void aTenantIsToldOfItsOwnOnly() {
    TenantView one = tenant("basic");
    TenantView other = tenant("basic");
    try (Recorder recorder = watch(one, WatchRequest.newBuilder())) {
      entries.write(other, key("other"), LONG);
      entries.write(one, key("one"), LONG);

      await().untilAsserted(() -> assertThat(recorder.events()).containsExactly("written one"));
    }
  }

  @Test
  void aCursorContinuesWhereItWasWithNothingMissedOrToldTwice() {
    TenantView tenant = tenant("enterprise");
    String cursor;
    try (Recorder first = watch(tenant, WatchRequest.newBuilder())) {
      entries.write(tenant, key("before"), LONG);
      await().until(() -> first.events().size() == 1);
      cursor = first.lastCursor();
    }
    List<String> meanwhile =
        IntStream.range(0, 50)
            .mapToObj(
                i -> {
                  entries.write(tenant, key("k" + i), LONG);
                  return "written k" + i;
                })
            .toList();

    assertThat(cursor.length()).isLessThanOrEqualTo(256);
    try (Recorder next = watch(tenant, WatchRequest.newBuilder().setCursor(cursor))) {
      await()
          .untilAsserted(
              () -> assertThat(next.events()).containsExactlyInAnyOrderElementsOf(meanwhile));
    }
  }

  @Test
  void whoIsTooSlowIsToldThatSomeWereMissedAndGoesOn() {
    TenantView tenant = tenant("basic");
    try (Recorder recorder = watch(tenant, WatchRequest.newBuilder())) {
      recorder.pause();
      for (int i = 0; i < 1500; i++) {
        entries.write(tenant, key("k" + i % 10), LONG);
      }
      recorder.resume();
      entries.write(tenant, key("last"), LONG);

      await().untilAsserted(() -> assertThat(recorder.events()).endsWith("written last"));
      assertThat(recorder.events()).contains("missed");
      assertThat(recorder.events().size()).isLessThan(1500);
    }
  }

  @Test
  void whereNoEventsWereKeptMeanwhileTheFirstSaysThatSomeWereMissed() {
    TenantView tenant = tenant("basic");
    String cursor;
    try (Recorder first = watch(tenant, WatchRequest.newBuilder())) {
      cursor = first.lastCursor();
    }
    forget(tenant);

    try (Recorder next = watch(tenant, WatchRequest.newBuilder().setCursor(cursor))) {
      await().untilAsserted(() -> assertThat(next.events()).containsExactly("missed"));
      entries.write(tenant, key("a"), LONG);
      await().untilAsserted(() -> assertThat(next.events()).containsExactly("missed", "written a"));
    }
  }

  @Test
  void whatWasNeverACursorIsRefused() {
    TenantView tenant = tenant("basic");
    int era;
    try (Recorder first = watch(tenant, WatchRequest.newBuilder())) {
      era = Cursor.parse(first.lastCursor()).places().getFirst().era();
    }
    for (String cursor :
        List.of("nonsense", cursor(era, -5), cursor(era, Long.MIN_VALUE), cursor(-1, 0))) {
      ServiceException refusal =
          catchThrowableOfType(
              ServiceException.class,
              () ->
                  watches.watch(
                      () -> tenant,
                      WatchRequest.newBuilder().setCursor(cursor).build(),
                      new Recorder()));
      assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
    }
  }

  @Test
  void whatAnotherRunOfRedisToldDoesNotFollow() {
    TenantView tenant = tenant("basic");
    String cursor;
    try (Recorder first = watch(tenant, WatchRequest.newBuilder())) {
      cursor = first.lastCursor();
    }
    // As a replica that was promoted, or a Redis that was started again, finds it.
    byte[] state = bucket(tenant).named("watch");
    keyspace().await(keyspace().commands().hset(state, Script.arg("run"), Script.arg("another")));

    try (Recorder next = watch(tenant, WatchRequest.newBuilder().setCursor(cursor))) {
      await().untilAsserted(() -> assertThat(next.events()).containsExactly("missed"));
    }
  }

  /** Sooner than a watch looks at the run by itself. */
  @Test
  void aWatchThatOutlivesALostConnectionLooksAtOnceWhetherAnotherRunAnswers() {
    TenantView tenant = tenant("basic");
    try (Recorder recorder = watch(tenant, WatchRequest.newBuilder())) {
      byte[] state = bucket(tenant).named("watch");
      keyspace().await(keyspace().commands().hset(state, Script.arg("run"), Script.arg("another")));

      TestKeyspaces.loseConnection(keyspace());

      await()
          .atMost(Duration.ofSeconds(15))
          .untilAsserted(() -> assertThat(recorder.events()).containsExactly("missed"));
    }
  }

  @Test
  void nothingIsKeptWhileNobodyWatches() {
    TenantView tenant = tenant("basic");
    entries.write(tenant, key("a"), LONG);

    assertThat(keyspace().await(keyspace().commands().exists(bucket(tenant).named("events"))))
        .isZero();
    try (Recorder recorder = watch(tenant, WatchRequest.newBuilder())) {
      entries.write(tenant, key("b"), LONG);
      await().until(() -> recorder.events().size() == 1);
      assertThat(keyspace().await(keyspace().commands().pttl(bucket(tenant).named("events"))))
          .isPositive();
    }
  }

  /** The text of a cursor, also of such as the service does not make. */
  private static String cursor(int era, long number) {
    byte[] place =
        ByteBuffer.allocate(Integer.BYTES + Long.BYTES).putInt(era).putLong(number).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(place);
  }

  private void forget(TenantView tenant) {
    keyspace()
        .await(
            keyspace()
                .commands()
                .unlink(bucket(tenant).named("watch"), bucket(tenant).named("events")));
  }

  private Recorder watch(TenantView tenant, WatchRequest.Builder request) {
    Recorder recorder = Recorder.start(watches, tenant, request.build());
    await().until(recorder::isWatching);
    return recorder;
  }

  private Keyspace keyspace() {
    return context.getBean(Redis.class).keyspace(Purpose.API);
  }

  private Bucket bucket(TenantView tenant) {
    return context.getBean(Spaces.class).of(tenant).bucket(0);
  }

  private TenantView tenant(String plan) {
    return Tenants.create(
        context.getBean(SecretBox.class),
        "acme",
        plan,
        CacheLimits.newBuilder().setKeys(1_000).setMemoryBytes(8_000_000).build());
  }

  private static EntryKey key(String key) {
    return new EntryKey("crm", "temp", key);
  }
}
