package dev.kryonix.cache.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.MergeStrategy;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.Verdict;
import dev.kryonix.api.cache.v1.VerdictKind;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.entry.Together;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Sync of collections on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SyncSuite {
  private static final CollectionName CONTACTS = new CollectionName("ana", "contacts");
  private static final String PHONE = "phone";

  private ApplicationContext context;
  private Collections collections;
  private Recount recount;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    collections = context.getBean(Collections.class);
    recount = new Recount(context);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void whatOneDeviceBringsAnotherGetsFromItsCheckpointOn() {
    TenantView tenant = tenant();
    push(tenant, PHONE, write("m1", "a", now(), "name", "Ana"));
    Collections.Delta first = collections.pull(tenant, CONTACTS, "", 0);
    push(tenant, PHONE, write("m2", "b", now(), "name", "Bea"));
    Collections.Delta second = collections.pull(tenant, CONTACTS, first.checkpoint(), 0);
    Collections.Delta third = collections.pull(tenant, CONTACTS, second.checkpoint(), 0);

    assertThat(ids(first)).containsExactly("a");
    assertThat(ids(second)).containsExactly("b");
    assertThat(third.documents()).isEmpty();
    assertThat(third.checkpoint()).isEqualTo(second.checkpoint());
    assertThat(first.reset() || second.reset() || third.reset()).isFalse();
  }

  @Test
  void aCollectionIsItsUsersAndItsTenantsOnly() {
    TenantView tenant = tenant();
    push(tenant, PHONE, write("m1", "a", now(), "name", "Ana"));

    assertThat(ids(collections.pull(tenant, new CollectionName("bea", "contacts"), "", 0)))
        .isEmpty();
    assertThat(ids(collections.pull(tenant, new CollectionName("ana", "notes"), "", 0))).isEmpty();
    assertThat(ids(collections.pull(tenant(), CONTACTS, "", 0))).isEmpty();
  }

  @Test
  void pagesBringEachDocumentOnceInOrder() {
    TenantView tenant = tenant();
    for (int i = 0; i < 7; i++) {
      push(tenant, PHONE, write("m" + i, "d" + i, now(), "n", "x"));
    }

    List<String> got = new ArrayList<>();
    String at = "";
    boolean more = true;
    while (more) {
      Collections.Delta page = collections.pull(tenant, CONTACTS, at, 3);
      got.addAll(ids(page));
      at = page.checkpoint();
      more = page.more();
    }

    assertThat(got).containsExactly("d0", "d1", "d2", "d3", "d4", "d5", "d6");
  }

  @Test
  void theLaterClockWinsAndAChangeOfWhatWasSeenIsLaterWhateverItsClock() {
    TenantView tenant = tenant();
    long base = now();
    Verdict first = push(tenant, PHONE, write("m1", "a", base, "n", "1"));
    Verdict older = push(tenant, "tablet", write("t1", "a", base - 5, "n", "old"));
    Mutation seen =
        write("t2", "a", base - 9, "n", "2").toBuilder()
            .setBaseVersion(first.getCurrent().getVersion())
            .build();
    Verdict after = push(tenant, "tablet", seen);

    assertThat(first.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(older.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_SUPERSEDED);
    assertThat(older.getCurrent()).isEqualTo(first.getCurrent());
    assertThat(after.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(Long.compareUnsigned(after.getCurrent().getVersion(), base)).isPositive();
    assertThat(text(after.getCurrent(), "n")).isEqualTo("2");
  }

  @Test
  void fieldsAreMergedEachByItsOwnClock() {
    TenantView tenant = tenant();
    long base = now();
    push(tenant, PHONE, merge("m1", base, Map.of("theme", "dark", "size", "12")));
    Verdict other = push(tenant, "tablet", merge("t1", base + 5, Map.of("theme", "light")));
    Verdict late =
        push(tenant, PHONE, merge("m2", base + 2, Map.of("theme", "blue", "size", "14")));
    Verdict lost = push(tenant, PHONE, merge("m3", base + 1, Map.of("size", "16")));

    assertThat(other.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_MERGED);
    assertThat(late.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_MERGED);
    assertThat(text(late.getCurrent(), "theme")).isEqualTo("light");
    assertThat(text(late.getCurrent(), "size")).isEqualTo("14");
    assertThat(late.getCurrent().getVersion()).isNotEqualTo(other.getCurrent().getVersion());
    assertThat(lost.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_SUPERSEDED);
  }

  @Test
  void bothVersionsAreReturnedWhenAskedForAndNothingIsApplied() {
    TenantView tenant = tenant();
    Verdict first = push(tenant, PHONE, write("m1", "a", now(), "n", "1"));
    Mutation other =
        write("t1", "a", now() + 1000, "n", "2").toBuilder()
            .setStrategy(MergeStrategy.MERGE_STRATEGY_RETURN_BOTH)
            .build();

    Verdict conflict = push(tenant, "tablet", other);
    Verdict solved =
        push(
            tenant,
            "tablet",
            other.toBuilder()
                .setId("t2")
                .setBaseVersion(conflict.getCurrent().getVersion())
                .build());

    assertThat(conflict.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_CONFLICT);
    assertThat(conflict.getCurrent()).isEqualTo(first.getCurrent());
    assertThat(solved.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
  }

  @Test
  void aMutationThatComesAgainIsAnsweredAsBeforeAndNotApplied() {
    TenantView tenant = tenant();
    Mutation first = write("m1", "a", 0, "n", "1");
    push(tenant, PHONE, first);
    Verdict second = push(tenant, PHONE, write("m2", "a", 0, "n", "2"));
    String at = collections.pull(tenant, CONTACTS, "", 0).checkpoint();

    Verdict again = push(tenant, PHONE, first);

    assertThat(again.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(again.getCurrent()).isEqualTo(second.getCurrent());
    assertThat(collections.pull(tenant, CONTACTS, at, 0).documents()).isEmpty();
  }

  @Test
  void aRejectedMutationHasAReasonAndHoldsNothingUp() {
    TenantView tenant = tenant();
    Mutation wrong =
        write("m1", "a", now(), "n", "1").toBuilder()
            .setDocument(
                Document.newBuilder().setId("a").setDeleted(true).setFields(fields("n", "1")))
            .build();
    Mutation large = write("m2", "b", now(), "n", "x".repeat(70_000));

    List<Verdict> verdicts =
        collections
            .push(tenant, CONTACTS, PHONE, List.of(wrong, large, write("m3", "c", now(), "n", "3")))
            .getVerdictsList();

    assertThat(verdicts)
        .extracting(Verdict::getKind)
        .containsExactly(
            VerdictKind.VERDICT_KIND_REJECTED,
            VerdictKind.VERDICT_KIND_REJECTED,
            VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(verdicts.get(0).getReason()).contains("tombstone");
    assertThat(verdicts.get(1).getReason()).contains("65536");
    assertThat(ids(collections.pull(tenant, CONTACTS, "", 0))).containsExactly("c");
  }

  @Test
  void aClockTooFarAheadCountsAsThePlatforms() {
    TenantView tenant = tenant();
    long nextYear = Instant.now().plus(Duration.ofDays(365)).toEpochMilli() << 16;

    Verdict verdict = push(tenant, PHONE, write("m1", "a", nextYear, "n", "1"));
    Verdict later = push(tenant, "tablet", write("t1", "a", now() + (1000L << 16), "n", "2"));

    assertThat(verdict.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(Long.compareUnsigned(verdict.getCurrent().getVersion(), nextYear)).isNegative();
    assertThat(later.getKind()).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
  }

  @Test
  void aTombstoneIsToldForThirtyDaysAndWhoWasAwayLongerBeginsAnew() {
    AtomicReference<Instant> time = new AtomicReference<>(Instant.now());
    TenantView tenant = tenant();
    Collections timed =
        new Collections(
            context.getBean(Together.class),
            context.getBean(Spaces.class),
            (InstantSource) time::get,
            context.getBean(Bells.class));
    timed.push(tenant, CONTACTS, PHONE, List.of(write("m1", "a", 0, "n", "1")));
    timed.push(tenant, CONTACTS, PHONE, List.of(write("m2", "b", 0, "n", "1")));
    String away = timed.pull(tenant, CONTACTS, "", 0).checkpoint();
    timed.push(tenant, CONTACTS, PHONE, List.of(tombstone("m3", "a")));

    Collections.Delta told = timed.pull(tenant, CONTACTS, away, 0);
    assertThat(told.documents()).singleElement().matches(Document::getDeleted);
    time.updateAndGet(before -> before.plus(Duration.ofDays(31)));
    Collections.Delta anew = timed.pull(tenant, CONTACTS, away, 0);
    Collections.Delta current = timed.pull(tenant, CONTACTS, told.checkpoint(), 0);
    Collections.Delta next = timed.pull(tenant, CONTACTS, anew.checkpoint(), 0);
    timed.push(tenant, CONTACTS, PHONE, List.of(write("m4", "c", 0, "n", "1")));
    Collections.Delta afterwards = timed.pull(tenant, CONTACTS, away, 0);

    assertThat(anew.reset()).isTrue();
    assertThat(ids(anew)).containsExactly("b");
    assertThat(current.reset()).isFalse();
    assertThat(next.reset()).isFalse();
    assertThat(afterwards.reset()).isTrue();
    assertThat(ids(afterwards)).containsExactly("b", "c");
    assertThat(recount.booked(tenant).keys()).as("b, c, log, memory").isEqualTo(4);
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  @Test
  void aCheckpointOfACollectionThatWasLostBeginsAnew() {
    TenantView tenant = tenant();
    push(tenant, PHONE, write("m1", "a", 0, "n", "1"));
    String at = collections.pull(tenant, CONTACTS, "", 0).checkpoint();
    context
        .getBean(dev.kryonix.cache.entry.EntryStore.class)
        .erase(context.getBean(Spaces.class).of(tenant));

    assertThat(collections.pull(tenant, CONTACTS, at, 0).reset()).isTrue();
    push(tenant, PHONE, write("m2", "b", 0, "n", "1"));
    Collections.Delta anew = collections.pull(tenant, CONTACTS, at, 0);
    assertThat(anew.reset()).isTrue();
    assertThat(ids(anew)).containsExactly("b");
    ServiceException refusal =
        catchThrowableOfType(
            ServiceException.class, () -> collections.pull(tenant, CONTACTS, "nonsense", 0));
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_INVALID_FIELD);
  }

  @Test
  void aSubscriberGetsWhatThereIsAndThenWhatComes() throws Exception {
    TenantView tenant = tenant();
    push(tenant, PHONE, write("m1", "a", 0, "n", "1"));
    List<String> got = new CopyOnWriteArrayList<>();
    AtomicBoolean gone = new AtomicBoolean();
    Thread follower =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    context
                        .getBean(Subscriptions.class)
                        .follow(() -> tenant, CONTACTS, "", follower(got, gone));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    await().until(() -> got.equals(List.of("a")));
    push(tenant, PHONE, write("m2", "b", 0, "n", "1"));
    await().until(() -> got.equals(List.of("a", "b")));
    gone.set(true);

    assertThat(follower.join(Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void devicesThatLoseConnectionsReplayAndReorderConvergeAndEachMutationIsAppliedOnce() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TenantView tenant = tenant();
    List<SimulatedDevice> devices = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      devices.add(new SimulatedDevice("device" + i, new Random(seed + i)));
    }
    for (int step = 0; step < 250; step++) {
      devices.get(random.nextInt(devices.size())).step(collections, tenant, CONTACTS);
    }
    devices.forEach(each -> each.finish(collections, tenant, CONTACTS));
    devices.forEach(each -> each.finish(collections, tenant, CONTACTS));

    Map<String, Document> truth = new HashMap<>();
    collections
        .pull(tenant, CONTACTS, "", 1000)
        .documents()
        .forEach(each -> truth.put(each.getId(), each));
    truth.values().removeIf(Document::getDeleted);
    for (SimulatedDevice device : devices) {
      assertThat(device.documents()).as("seed " + seed).isEqualTo(truth);
      assertThat(device.verdictsThatChanged()).as("seed " + seed).isEmpty();
    }
    assertThat(recount.booked(tenant)).as("seed " + seed).isEqualTo(recount.counted(tenant));
  }

  private static Subscriptions.Follower follower(List<String> got, AtomicBoolean gone) {
    return new Subscriptions.Follower() {
      @Override
      public void take(Collections.Delta delta) {
        got.addAll(ids(delta));
      }

      @Override
      public boolean isGone() {
        return gone.get();
      }
    };
  }

  private Verdict push(TenantView tenant, String device, Mutation mutation) {
    return collections.push(tenant, CONTACTS, device, List.of(mutation)).getVerdicts(0);
  }

  private TenantView tenant() {
    return Tenants.create(
        context.getBean(SecretBox.class),
        "acme",
        "enterprise",
        CacheLimits.newBuilder().setKeys(1_000).setMemoryBytes(8_000_000).build());
  }

  private static long now() {
    return Instant.now().toEpochMilli() << 16;
  }

  static Mutation write(String id, String document, long clock, String field, String value) {
    return Mutation.newBuilder()
        .setId(id)
        .setClock(clock)
        .setDocument(Document.newBuilder().setId(document).setFields(fields(field, value)))
        .build();
  }

  static Mutation tombstone(String id, String document) {
    return Mutation.newBuilder()
        .setId(id)
        .setDocument(Document.newBuilder().setId(document).setDeleted(true))
        .build();
  }

  private static Mutation merge(String id, long clock, Map<String, String> values) {
    Struct.Builder all = Struct.newBuilder();
    values.forEach(
        (name, value) -> all.putFields(name, Value.newBuilder().setStringValue(value).build()));
    return Mutation.newBuilder()
        .setId(id)
        .setClock(clock)
        .setStrategy(MergeStrategy.MERGE_STRATEGY_FIELD_MERGE)
        .setDocument(Document.newBuilder().setId("settings").setFields(all))
        .build();
  }

  private static Struct fields(String name, String value) {
    return Struct.newBuilder()
        .putFields(name, Value.newBuilder().setStringValue(value).build())
        .build();
  }

  private static String text(Document document, String field) {
    return document.getFields().getFieldsOrThrow(field).getStringValue();
  }

  private static List<String> ids(Collections.Delta delta) {
    return delta.documents().stream().map(Document::getId).toList();
  }
}
