package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import dev.kryonix.api.cache.v1.BatchSetResult;
import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.cache.redis.Script;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Quotas and eviction on a real Redis of either kind. */
abstract class QuotaSuite extends CacheTest {
  @Test
  void chargesAreCloseToWhatEntriesTake() {
    Calibration calibration = context.getBean(Calibration.class);
    await().until(() -> !Double.isNaN(calibration.error()));

    // Redis may still be freeing what earlier tests have left.
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              calibration.measure();
              assertThat(calibration.error()).isLessThanOrEqualTo(0.05);
            });
  }

  @Test
  void anEnterpriseTenantMayUseItsWholeQuotaThoughItIsSpread() {
    TenantView tenant = tenant("enterprise", 200, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    for (int i = 0; i < 200; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
    }

    assertThat(store.usage(space(tenant)).keys()).isEqualTo(200);
    refused(
        () -> entries.write(tenant, put(key("one more"), "v")),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
  }

  @Test
  void oneBucketMayTakeWhatTheOthersDoNotUse() {
    TenantView tenant = tenant("enterprise", 100, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    List<EntryKey> ofOneBucket =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> key("k" + i))
            .filter(key -> space(tenant).number(key.bytes()) == 0)
            .limit(80)
            .toList();

    ofOneBucket.forEach(key -> entries.write(tenant, put(key, "v")));

    assertThat(store.usage(space(tenant)).keys()).isEqualTo(80);
  }

  @Test
  void whoFindsTheQuotaBeingSharedOutWaitsForIt() {
    TenantView tenant = tenant("enterprise", 100, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    List<EntryKey> ofOneBucket =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> key("k" + i))
            .filter(key -> space(tenant).number(key.bytes()) == 0)
            .limit(26)
            .toList();
    ofOneBucket.subList(0, 25).forEach(key -> entries.write(tenant, put(key, "v")));

    byte[] lock = space(tenant).bucket(0).named("sharing");
    redis.await(redis.commands().set(lock, new byte[] {1}, SetArgs.Builder.px(300)));
    entries.write(tenant, put(ofOneBucket.getLast(), "v"));

    assertThat(store.usage(space(tenant)).keys()).isEqualTo(26);
  }

  @Test
  void aShareIsNotLoweredBelowWhatHasBeenWrittenMeanwhile() {
    TenantView tenant = tenant("enterprise", 100, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    EntryKey key = key("k");
    Bucket bucket = space(tenant).bucket(key);
    for (int i = 0; i < 40; i++) {
      EntryKey next = key("k" + i);
      if (space(tenant).bucket(next).equals(bucket)) {
        entries.write(tenant, put(next, "v"));
      }
    }
    byte[] booked = redis.await(redis.commands().hget(bucket.account(), Script.arg("keys")));
    long keys = Long.parseLong(new String(booked, StandardCharsets.US_ASCII));
    Shares shares = context.getBean(Shares.class);

    assertThat(shares.lower(bucket, 1, tenant.limits().getCache()))
        .as("%d of 100 keys", keys)
        .isGreaterThanOrEqualTo(keys * 10_000_000);
    assertThat(shares.lower(bucket, 900_000_000, tenant.limits().getCache()))
        .isEqualTo(900_000_000);
  }

  @Test
  void theLeastRecentlyReadGoFirst() throws Exception {
    TenantView tenant = tenant("basic", 10, PLENTY, CacheEviction.CACHE_EVICTION_LRU);
    for (int i = 0; i < 10; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
    }
    // Redis knows idleness to the second, by a clock of its own.
    byte[] last = space(tenant).bucket(key("k9")).entry(key("k9").bytes());
    await().until(() -> redis.await(redis.commands().objectIdletime(last)) >= 2);
    for (int i = 3; i < 10; i++) {
      assertThat(value(tenant, key("k" + i))).isPresent();
    }

    for (int i = 10; i < 13; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
    }

    assertThat(present(tenant, 13)).containsExactly(3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  }

  @Test
  void theLeastReadGoFirst() {
    TenantView tenant = tenant("basic", 10, PLENTY, CacheEviction.CACHE_EVICTION_LFU);
    for (int i = 0; i < 10; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
      for (int reads = 0; reads < 2 * i; reads++) {
        assertThat(value(tenant, key("k" + i))).isPresent();
      }
    }
    context.getBean(ReadCounts.class).tell();
    await()
        .until(
            () -> redis.await(redis.commands().zcard(space(tenant).bucket(0).named("reads"))) == 9);

    entries.write(tenant, put(key("k10"), "v"));

    assertThat(present(tenant, 11)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @Test
  void whatExpiresFirstGoesFirst() {
    TenantView tenant = tenant("basic", 10, PLENTY, CacheEviction.CACHE_EVICTION_TTL);
    for (int i = 0; i < 12; i++) {
      entries.write(
          tenant,
          put(
              key("k" + i),
              "v",
              Device.DEVICE_MOBILE,
              Optional.of(Duration.ofMinutes(10L + 10L * i))));
    }

    assertThat(present(tenant, 12)).containsExactly(2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  }

  @Test
  void theClassThatHasMoreThanItsShareGivesWayFirst() {
    TenantView tenant = tenant("basic", 1000, 100_000, CacheEviction.CACHE_EVICTION_TTL);
    for (int i = 0; store.usage(space(tenant)).bytes() < 99_000; i++) {
      entries.write(
          tenant, put(key("w" + i), "v", Device.DEVICE_DESKTOP, Optional.of(Duration.ofDays(20))));
    }
    for (int i = 0; i < 1000; i++) {
      entries.write(
          tenant, put(key("m" + i), "v", Device.DEVICE_MOBILE, Optional.of(Duration.ofDays(1))));
    }

    EntryStore.Usage usage = store.usage(space(tenant));
    assertThat(usage.bytes()).isLessThanOrEqualTo(100_000);
    assertThat(usage.mobileBytes()).isBetween(58_000L, 61_000L);
    assertThat(usage.webBytes()).isBetween(38_000L, 41_000L);
  }

  @Test
  void aNeighbourIsNeverEvicted() {
    TenantView neighbour = tenant();
    entries.write(neighbour, put(key("mine"), "v"));
    TenantView noisy = tenant("basic", 20, PLENTY, CacheEviction.CACHE_EVICTION_LRU);
    for (int i = 0; i < 500; i++) {
      entries.write(noisy, put(key("k" + i), "v"));
    }

    assertThat(value(neighbour, key("mine"))).isPresent();
    assertThat(store.usage(space(noisy)).keys()).isEqualTo(20);
  }

  @Test
  void aValueThatNoEvictionCanMakeRoomForEvictsNothing() {
    TenantView tenant = tenant("basic", 100, 20_000, CacheEviction.CACHE_EVICTION_LRU);
    for (int i = 0; i < 10; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
    }
    byte[] random = new byte[15_000];
    new Random(3).nextBytes(random);

    refused(
        () ->
            entries.write(
                tenant, put(key("large"), new String(random, StandardCharsets.ISO_8859_1))),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(store.usage(space(tenant)).keys()).isEqualTo(10);
  }

  /** Sessions and documents are never evicted. */
  @Test
  void aValueThatHasNoRoomBesideWhatIsThePlatformsOwnEvictsNothing() {
    TenantView tenant = tenant("basic", 100, 200_000, CacheEviction.CACHE_EVICTION_LRU);
    EntryKey own = new EntryKey("kryonix_session", "session", "s");
    byte[] value = random(own, 80_000, Duration.ofHours(1)).value();
    Content content = new Content(value, "", false, 1, Instant.now());
    Together together = context.getBean(Together.class);
    Change made = new Change.Put(own, content, Duration.ofHours(1), new WriteRule.Always(), false);
    assertThat(together.change(tenant, 0, List.of(made))).isTrue();
    assertThat(together.change(tenant, 0, List.of(made))).isTrue();
    for (int i = 0; i < 10; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
    }
    entries.write(tenant, random(key("over"), 20_000, Duration.ofHours(1)));

    refused(
        () -> entries.write(tenant, random(key("large"), 140_000, Duration.ofHours(1))),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    refused(
        () -> entries.write(tenant, random(key("over"), 140_000, Duration.ofHours(1))),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(present(tenant, 10)).hasSize(10);

    Change ended = new Change.Remove(own, new WriteRule.Always());
    assertThat(together.change(tenant, 0, List.of(ended))).isTrue();
    entries.write(tenant, random(key("large"), 180_000, Duration.ofHours(1)));
    assertThat(value(tenant, key("large"))).isPresent();
  }

  @Test
  void eachEntryOfABatchHasAResultOfItsOwn() {
    TenantView tenant = tenant("enterprise", 60, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    List<SetRequest> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      requests.add(
          SetRequest.newBuilder()
              .setModule(i == 7 ? "financeiro" : "crm")
              .setType("temp")
              .setKey("k" + i)
              .build());
    }

    List<BatchSetResult> results = context.getBean(EntryBatches.class).write(tenant, requests);

    assertThat(results).hasSize(100);
    assertThat(results.get(7).getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION_VALUE);
    assertThat(results.stream().filter(each -> each.getStatus().getCode() == 0)).hasSize(60);
    assertThat(results.get(99).getStatus().getCode()).isIn(0, Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(store.usage(space(tenant)).keys()).isEqualTo(60);
  }

  @Test
  void theBooksHoldWhileTheIndexGrowsAndShrinks() {
    TenantView tenant = tenant("enterprise", 10_000, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    Recount recount = new Recount(context);
    Entries sending = context.getBean(Entries.class);
    sending.gather(
        () -> {
          for (int i = 0; i < 1500; i++) {
            Object unused = sending.submit(tenant, put(key("k" + i), "v" + i));
          }
        });
    await().until(() -> store.usage(space(tenant)).keys() == 1500);
    assertThat(recount.counted(tenant)).isEqualTo(store.usage(space(tenant)));
    assertThat(pages(tenant)).isGreaterThan(40);

    for (int i = 20; i < 1500; i++) {
      Object unused =
          context.getBean(Entries.class).submitDelete(tenant, key("k" + i), OptionalLong.empty());
    }
    await().until(() -> store.usage(space(tenant)).keys() == 20);
    await()
        .untilAsserted(
            () -> {
              boolean unused = store.sweep(space(tenant), 10);
              assertThat(pages(tenant)).isLessThanOrEqualTo(space(tenant).spread() * 3L);
            });
    assertThat(recount.counted(tenant)).isEqualTo(recount.booked(tenant));
    store.erase(space(tenant));
    assertThat(recount.counted(tenant)).isEqualTo(new EntryStore.Usage(0, 0, 0));
  }

  @Test
  void anOverwrittenEntryLeavesTheBooksWhenTheLastOneExpires() {
    TenantView tenant = tenant("basic", 10, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    Recount recount = new Recount(context);
    entries.write(tenant, putFor(key("longer"), Duration.ofSeconds(1)));
    entries.write(tenant, putFor(key("longer"), Duration.ofHours(1)));
    entries.write(tenant, putFor(key("shorter"), Duration.ofHours(1)));
    entries.write(tenant, putFor(key("shorter"), Duration.ofSeconds(1)));
    assertThat(store.usage(space(tenant)).keys()).isEqualTo(2);

    await().until(() -> recount.booked(tenant).keys() == 1);

    assertThat(recount.counted(tenant)).isEqualTo(recount.booked(tenant));
    assertThat(value(tenant, key("longer"))).isPresent();
    entries.write(tenant, putFor(key("longer"), Duration.ofSeconds(1)));
    await().until(() -> recount.booked(tenant).keys() == 0);
  }

  /** Each run of the script may sweep by chance, so there are several. */
  @Test
  void anEntryThatHasExpiredUnsweptMakesRoomForItselfOnlyOnce() {
    List<TenantView> tenants = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      TenantView tenant = tenant("basic", 100, 100_000, CacheEviction.CACHE_EVICTION_NONE);
      entries.write(tenant, random(key("long"), 75_000, Duration.ofHours(1)));
      // Last, since a later write may sweep it.
      entries.write(tenant, random(key("short"), 10_000, Duration.ofSeconds(1)));
      assertThat(store.usage(space(tenant)).bytes()).isBetween(91_000L, 94_000L);
      tenants.add(tenant);
    }
    awaitExpired(tenants.getLast(), key("short"));

    for (TenantView tenant : tenants) {
      refused(
          () -> entries.write(tenant, random(key("short"), 20_000, Duration.ofHours(1))),
          ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
      assertThat(store.usage(space(tenant)).bytes()).isBetween(81_000L, 84_000L);
    }
  }

  @Test
  void whatExpiredUnsweptMakesRoomForItselfOnlyOnceAmongChangesOfOneStep() {
    TenantView tenant = tenant("basic", 100, 100_000, CacheEviction.CACHE_EVICTION_NONE);
    // More than a step sweeps to begin with.
    for (int i = 0; i < 20; i++) {
      entries.write(tenant, putFor(key("k" + i), Duration.ofSeconds(1)));
    }
    entries.write(tenant, random(key("short"), 10_000, Duration.ofSeconds(1)));
    entries.write(tenant, random(key("long"), 75_000, Duration.ofHours(1)));
    awaitExpired(tenant, key("short"));

    byte[] value = random(key("short"), 20_000, Duration.ofHours(1)).value();
    Content content = new Content(value, "", false, 1, Instant.now());
    Change change =
        new Change.Put(key("short"), content, Duration.ofHours(1), new WriteRule.Always(), false);
    refused(
        () -> context.getBean(Together.class).change(tenant, 0, List.of(change)),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(store.usage(space(tenant)).bytes()).isLessThanOrEqualTo(100_000L);
  }

  @Test
  void whatWasWrittenBeforeAnErrorInTheSameRunIsOnTheBooks() {
    TenantView tenant = tenant("basic", 100, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    entries.write(tenant, putFor(key("before"), Duration.ofHours(1)));
    byte[] watch = space(tenant).bucket(0).named("watch");
    byte[] events = space(tenant).bucket(0).named("events");
    redis.await(redis.commands().hset(watch, Script.arg("n"), Script.arg(1)));
    redis.await(redis.commands().set(events, new byte[] {1}));

    assertThatThrownBy(() -> entries.write(tenant, putFor(key("told"), Duration.ofHours(1))))
        .hasMessageContaining("WRONGTYPE");

    redis.await(redis.commands().unlink(new byte[][] {watch, events}));
    Recount recount = new Recount(context);
    assertThat(recount.counted(tenant)).isEqualTo(recount.booked(tenant));
  }

  /** Until it may be swept: the books know its end to the second. */
  private void awaitExpired(TenantView tenant, EntryKey key) {
    byte[] entry = space(tenant).bucket(key).entry(key.bytes());
    await().until(() -> redis.await(redis.commands().exists(entry)) == 0);
    Instant gone = Instant.now();
    await().until(() -> Instant.now().isAfter(gone.plusMillis(2_100)));
  }

  /** A write of bytes that do not compress. */
  private static Entries.Put random(EntryKey key, int bytes, Duration ttl) {
    byte[] value = new byte[bytes];
    new Random(bytes).nextBytes(value);
    Entries.Put like = putFor(key, ttl);
    return new Entries.Put(
        key, value, "", false, like.ttl(), like.device(), like.tags(), like.rule());
  }

  private static Entries.Put putFor(EntryKey key, Duration ttl) {
    return put(key, "v", Device.DEVICE_MOBILE, Optional.of(ttl));
  }

  /** How many pages the index has. */
  private long pages(TenantView tenant) {
    return space(tenant).buckets().stream()
        .mapToLong(
            bucket -> {
              byte[] pages =
                  redis.await(redis.commands().hget(bucket.account(), Script.arg("pages")));
              return pages == null ? 1 : Long.parseLong(new String(pages, StandardCharsets.UTF_8));
            })
        .sum();
  }

  private List<Integer> present(TenantView tenant, int keys) {
    return IntStream.range(0, keys)
        .filter(i -> value(tenant, key("k" + i)).isPresent())
        .boxed()
        .toList();
  }
}
