package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.kit.state.TenantView;
import io.lettuce.core.SetArgs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tags and flushes on a real Redis of either kind. */
abstract class InvalidationSuite extends CacheTest {
  private Flushes flushes;

  @BeforeAll
  void findFlushes() {
    flushes = context.getBean(Flushes.class);
  }

  @Test
  void anInvalidatedTagMakesItsEntriesMissesAtOnceAndNoOthers() {
    TenantView tenant = tenant("enterprise", 10_000, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    for (int i = 0; i < 40; i++) {
      entries.write(tenant, put(key("k" + i), "v", i % 2 == 0 ? "even" : "odd", "all"));
    }

    flushes.invalidate(tenant, List.of("even"));

    for (int i = 0; i < 40; i++) {
      assertThat(value(tenant, key("k" + i)).isPresent()).as("k" + i).isEqualTo(i % 2 == 1);
    }
    assertThat(entries.read(tenant, List.of(key("k0"), key("k1"))).get(1))
        .isInstanceOf(Lookup.Hit.class);
  }

  @Test
  void whatIsWrittenAfterAnInvalidationStands() {
    TenantView tenant = tenant();
    flushes.invalidate(tenant, List.of("t"));
    entries.write(tenant, put(key("a"), "new", "t"));

    assertThat(value(tenant, key("a"))).contains("new");
  }

  @Test
  void theMemoryOfInvalidatedEntriesIsGivenBackAndTheTagForgotten() {
    TenantView tenant = tenant();
    for (int i = 0; i < 300; i++) {
      entries.write(tenant, put(key("k" + i), "v", "t"));
    }
    flushes.invalidate(tenant, List.of("t"));

    Bucket bucket = space(tenant).bucket(0);
    await().until(() -> store.usage(space(tenant)).equals(new EntryStore.Usage(0, 0, 0)));
    await()
        .until(
            () ->
                redis.await(
                        redis
                            .commands()
                            .exists(bucket.named("marks"), bucket.named("tags"), bucket.index()))
                    == 0);
  }

  /** As while its slot moves: Redis answers an error where an envelope is looked for. */
  @Test
  void whatCannotBeLookedAtStaysDeadUntilItCan() throws Exception {
    TenantView tenant = tenant();
    Reclaimer reclaimer = context.getBean(Reclaimer.class);
    byte[] entry = space(tenant).bucket(0).entry(key("a").bytes());
    entries.write(tenant, put(key("a"), "v"));
    byte[] stored = redis.await(redis.commands().get(entry));
    redis.await(redis.commands().unlink(new byte[][] {entry}));
    redis.await(redis.commands().hset(entry, new byte[] {1}, new byte[] {1}));
    flushes.begin(tenant, "crm", "", "");
    reclaimer.lookAfter(tenant);

    // In one step, since it would be taken for missing in between.
    redis.await(redis.commands().set(entry, stored));
    assertThat(value(tenant, key("a"))).isEmpty();
    // Again and again: the round that the flush has called may be under way, and leaves no room.
    await()
        .until(
            () -> {
              reclaimer.lookAfter(tenant);
              return store.usage(space(tenant)).keys() == 0;
            });
    assertThat(value(tenant, key("a"))).isEmpty();
  }

  @Test
  void moreInvalidatedTagsThanAreKeptMakeAllThatIsTaggedDeadAndTakeLittleRoom() {
    TenantView tenant = tenant("basic", 10_000, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    byte[] tags = space(tenant).bucket(0).named("tags");
    entries.write(tenant, put(key("plain"), "v"));
    entries.write(tenant, put(key("first"), "v", "t0"));
    entries.write(tenant, put(key("other"), "v", "another"));
    // As if nothing were reclaimed meanwhile.
    byte[] lock = space(tenant).bucket(0).named("reclaiming");
    redis.await(redis.commands().set(lock, new byte[] {1}, SetArgs.Builder.px(600_000)));
    for (int from = 0; from < 10_000; from += 100) {
      flushes.invalidate(tenant, IntStream.range(from, from + 100).mapToObj(i -> "t" + i).toList());
    }
    assertThat(redis.await(redis.commands().hlen(tags))).isEqualTo(10_000);
    assertThat(value(tenant, key("other"))).isPresent();

    flushes.invalidate(tenant, List.of("one more"));

    assertThat(redis.await(redis.commands().hlen(tags))).isEqualTo(1);
    assertThat(value(tenant, key("first"))).isEmpty();
    assertThat(value(tenant, key("other"))).isEmpty();
    assertThat(value(tenant, key("plain"))).isPresent();
    entries.write(tenant, put(key("other"), "new", "another"));
    assertThat(value(tenant, key("other"))).contains("new");
    redis.await(redis.commands().unlink(new byte[][] {lock}));
    flushes.invalidate(tenant, List.of("last"));
    await().until(() -> redis.await(redis.commands().exists(tags)) == 0);
    assertThat(store.usage(space(tenant)).keys()).isEqualTo(2);
  }

  @Test
  void theLastOfManyTagsCountsAsTheFirst() {
    TenantView tenant = tenant();
    entries.write(tenant, put(key("a"), "v", "1", "2", "3", "4", "5", "6", "7", "8"));

    flushes.invalidate(tenant, List.of("8"));

    assertThat(value(tenant, key("a"))).isEmpty();
    await().until(() -> store.usage(space(tenant)).keys() == 0);
    assertThat(value(tenant, key("a"))).isEmpty();
  }

  @Test
  void aFlushConcernsItsModuleAndTypeOnly() {
    TenantView tenant = tenant("enterprise", 10_000, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    EntryKey crmTemp = new EntryKey("crm", "temp", "a");
    EntryKey crmSync = new EntryKey("crm", "sync", "a");
    EntryKey otherTemp = new EntryKey("whatsapp", "temp", "a");
    List<EntryKey> all = List.of(crmTemp, crmSync, otherTemp);
    all.forEach(key -> entries.write(tenant, put(key, "v")));

    flushes.begin(tenant, "crm", "temp", "");
    assertThat(value(tenant, crmTemp)).isEmpty();
    assertThat(value(tenant, crmSync)).isPresent();
    assertThat(value(tenant, otherTemp)).isPresent();

    flushes.begin(tenant, "", "temp", "");
    assertThat(value(tenant, otherTemp)).isEmpty();
    assertThat(value(tenant, crmSync)).isPresent();

    flushes.begin(tenant, "", "", "");
    assertThat(value(tenant, crmSync)).isEmpty();

    entries.write(tenant, put(crmTemp, "again"));
    assertThat(value(tenant, crmTemp)).contains("again");
  }

  @Test
  void aFlushTellsHowFarItIsUntilAllIsGivenBack() {
    TenantView tenant = tenant("enterprise", 10_000, PLENTY, CacheEviction.CACHE_EVICTION_NONE);
    for (int i = 0; i < 900; i++) {
      entries.write(tenant, put(key("k" + i), "v"));
    }
    long before = store.usage(space(tenant)).bytes();

    Flush flush = flushes.begin(tenant, "crm", "", "");

    await().until(() -> flushes.find(tenant, flush.id()).orElseThrow().ended().isPresent());
    Flush done = flushes.find(tenant, flush.id()).orElseThrow();
    assertThat(done.reclaimedKeys()).isEqualTo(900);
    assertThat(done.reclaimedBytes()).isEqualTo(before);
    assertThat(store.usage(space(tenant))).isEqualTo(new EntryStore.Usage(0, 0, 0));
    assertThat(flushes.find(tenant(), flush.id())).as("another tenant").isEmpty();
  }

  @Test
  void theSameRequestFlushesOnce() {
    TenantView tenant = tenant();
    entries.write(tenant, put(key("a"), "v"));
    Flush first = flushes.begin(tenant, "crm", "", "r1");
    entries.write(tenant, put(key("a"), "again"));

    Flush second = flushes.begin(tenant, "crm", "", "r1");

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(value(tenant, key("a"))).contains("again");
    refused(
        () -> flushes.begin(tenant, "crm", "temp", "r1"),
        ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
  }

  @Test
  void whatWasLoadedBeforeAFlushOrAnInvalidationCannotComeBack() throws Exception {
    TenantView tenant = tenant();
    EntryKey tagged = new EntryKey("crm", "sync", "tagged");
    EntryKey flushed = key("flushed");
    EntryKey other = new EntryKey("whatsapp", "temp", "other");
    String ofTagged = lease(tenant, tagged);
    String ofFlushed = lease(tenant, flushed);
    String ofOther = lease(tenant, other);

    flushes.invalidate(tenant, List.of("paciente:ana"));
    flushes.begin(tenant, "crm", "temp", "");
    context.getBean(Reclaimer.class).lookAfter(tenant);

    String anew = lease(tenant, flushed);
    refused(
        () -> fulfil(tenant, tagged, ofTagged, "paciente:ana"),
        ErrorReason.ERROR_REASON_CONDITION_FAILED);
    refused(() -> fulfil(tenant, flushed, ofFlushed), ErrorReason.ERROR_REASON_CONDITION_FAILED);
    refused(
        () -> fulfil(tenant, other, ofOther.substring(0, 8)),
        ErrorReason.ERROR_REASON_CONDITION_FAILED);
    fulfil(tenant, other, ofOther);
    fulfil(tenant, flushed, anew);
    fulfil(tenant, tagged, lease(tenant, tagged), "paciente:ana");
    assertThat(value(tenant, tagged)).contains("loaded");
    assertThat(value(tenant, flushed)).contains("loaded");
    assertThat(value(tenant, other)).contains("loaded");
  }

  private String lease(TenantView tenant, EntryKey key) {
    var request = new Leases.Request(key, Duration.ZERO, Duration.ofSeconds(60), false);
    LeaseOutcome outcome = context.getBean(Leases.class).lease(tenant, request);
    assertThat(outcome).isInstanceOf(LeaseOutcome.Granted.class);
    return ((LeaseOutcome.Granted) outcome).token();
  }

  private void fulfil(TenantView tenant, EntryKey key, String token, String... tags) {
    Entries.Put put =
        new Entries.Put(
            key,
            "loaded".getBytes(StandardCharsets.UTF_8),
            "",
            false,
            Optional.empty(),
            Device.DEVICE_MOBILE,
            List.of(tags),
            new WriteRule.IfLeased(token));
    Entry unused = context.getBean(Leases.class).fulfil(tenant, put, Duration.ZERO);
  }

  @Test
  void aDeadEntryCountsAsAbsentForConditions() {
    TenantView tenant = tenant();
    long version = entries.write(tenant, put(key("a"), "v", "t")).content().version();
    flushes.invalidate(tenant, List.of("t"));

    assertThat(entries.delete(tenant, key("a"), OptionalLong.of(version))).contains(false);
    entries.write(tenant, put(key("a"), "v", "t"));
    flushes.begin(tenant, "", "", "");
    Entries.Put fresh = put(key("a"), "fresh");
    entries.write(
        tenant,
        new Entries.Put(
            fresh.address(),
            fresh.value(),
            "",
            false,
            fresh.ttl(),
            fresh.device(),
            List.of(),
            new WriteRule.IfAbsent()));
    assertThat(value(tenant, key("a"))).contains("fresh");
  }
}
