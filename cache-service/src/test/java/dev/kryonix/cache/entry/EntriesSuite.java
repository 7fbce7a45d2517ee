package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.MissReason;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantMeter;
import dev.kryonix.kit.state.TenantView;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Entries on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EntriesSuite {
  private static final EntryKey ANA = new EntryKey("crm", "user_data", "ana");

  private ApplicationContext context;
  private Keyspace redis;
  private Recount recount;
  private WaitingEntries entries;
  private EntryStore store;
  private Flushes flushes;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    redis = context.getBean(Redis.class).keyspace(Purpose.API);
    recount = new Recount(context);
    entries = new WaitingEntries(context);
    store = context.getBean(EntryStore.class);
    flushes = context.getBean(Flushes.class);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void whatWasWrittenIsReadUntilItIsDeleted() {
    TenantView tenant = tenant(10);
    entries.write(tenant, put(ANA, "hello"));

    assertThat(value(tenant, ANA)).contains("hello");
    assertThat(entries.delete(tenant, ANA, OptionalLong.empty())).contains(true);
    assertThat(entries.delete(tenant, ANA, OptionalLong.empty())).contains(false);
    assertThat(value(tenant, ANA)).isEmpty();
  }

  @Test
  void anotherTenantFindsNothingUnderTheSameAddress() {
    TenantView one = tenant(10);
    TenantView other = tenant(10);
    entries.write(one, put(ANA, "one's"));

    assertThat(value(other, ANA)).isEmpty();
    assertThat(store.usage(space(other)).keys()).isZero();
  }

  @Test
  void aValueThatWasPutThereByHandIsAMissAndGone() {
    TenantView one = tenant(10);
    TenantView other = tenant(10);
    entries.write(one, put(ANA, "one's"));
    byte[] stolen = redis.await(redis.commands().get(bucket(one).entry(ANA.bytes())));
    entries.write(other, put(ANA, "other's"));
    redis.await(
        redis
            .commands()
            .set(
                bucket(other).entry(ANA.bytes()),
                stolen,
                io.lettuce.core.SetArgs.Builder.keepttl()));

    assertThat(entries.read(other, List.of(ANA)).getFirst()).isInstanceOf(Lookup.Unreadable.class);
    assertThat(entries.read(other, List.of(ANA)).getFirst()).isInstanceOf(Lookup.Miss.class);
    assertThat(store.usage(space(other)).keys()).isZero();
  }

  @Test
  void usageIsMeasuredForManyTenantsAtOnce() throws Exception {
    TenantView tenant = tenant(10);
    Entry written = entries.write(tenant, put(ANA, "hello"));
    List<TenantView> all = new ArrayList<>(List.of(tenant));
    for (int i = 0; i < 1200; i++) {
      all.add(tenant(10));
    }

    Map<TenantUid, Map<String, Long>> usage = context.getBean(TenantMeter.class).measure(all);

    assertThat(usage).hasSize(all.size());
    assertThat(usage.get(tenant.uid()))
        .isEqualTo(Map.of("cache.keys", 1L, "cache.memory_bytes", written.chargedBytes()));
    assertThat(usage.get(all.getLast().uid()))
        .isEqualTo(Map.of("cache.keys", 0L, "cache.memory_bytes", 0L));
  }

  @Test
  void aConditionThatDoesNotHoldChangesNothing() {
    TenantView tenant = tenant(10);
    long version = entries.write(tenant, put(ANA, "1")).content().version();

    refused(
        () -> entries.write(tenant, put(ANA, "2", new WriteRule.IfAbsent())),
        ErrorReason.ERROR_REASON_CONDITION_FAILED);
    refused(
        () -> entries.write(tenant, put(ANA, "2", new WriteRule.IfVersion(version + 1))),
        ErrorReason.ERROR_REASON_CONDITION_FAILED);
    refused(
        () ->
            entries.write(
                tenant, put(new EntryKey("crm", "temp", "none"), "2", new WriteRule.IfPresent())),
        ErrorReason.ERROR_REASON_CONDITION_FAILED);
    assertThat(entries.delete(tenant, ANA, OptionalLong.of(version + 1))).isEmpty();
    assertThat(value(tenant, ANA)).contains("1");

    entries.write(tenant, put(ANA, "2", new WriteRule.IfVersion(version)));
    assertThat(value(tenant, ANA)).contains("2");
  }

  @Test
  void theQuotaOfKeysIsRefusedAndAnOverwriteIsNot() {
    TenantView tenant = tenant(2);
    entries.write(tenant, put(new EntryKey("crm", "temp", "a"), "1"));
    entries.write(tenant, put(new EntryKey("crm", "temp", "b"), "1"));

    refused(
        () -> entries.write(tenant, put(new EntryKey("crm", "temp", "c"), "1")),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    entries.write(tenant, put(new EntryKey("crm", "temp", "b"), "2"));
    entries.delete(tenant, new EntryKey("crm", "temp", "a"), OptionalLong.empty());
    entries.write(tenant, put(new EntryKey("crm", "temp", "c"), "1"));
  }

  @Test
  void theQuotaOfBytesIsRefused() {
    TenantView tenant = Tenants.create(context.getBean(SecretBox.class), "acme", 100, 2000);

    refused(
        () -> entries.write(tenant, put(ANA, randomText(4000))),
        ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(store.usage(space(tenant))).isEqualTo(new EntryStore.Usage(0, 0, 0));
  }

  @Test
  void whatIsKnownToBeAbsentIsAMissThatSaysSoUntilItIsWritten() {
    TenantView tenant = tenant(1);
    Entries.Put value = put(ANA, "");
    entries.write(
        tenant,
        new Entries.Put(
            ANA,
            new byte[0],
            "",
            true,
            Optional.of(Duration.ofHours(1)),
            value.device(),
            List.of(),
            new WriteRule.IfAbsent()));

    GetResponse known = EntryProtos.response(entries.read(tenant, ANA), "");
    assertThat(known.getHit()).isFalse();
    assertThat(known.getMissReason()).isEqualTo(MissReason.MISS_REASON_KNOWN_ABSENT);
    assertThat(store.usage(space(tenant)).keys()).isEqualTo(1);
    entries.write(tenant, put(ANA, "there"));
    assertThat(value(tenant, ANA)).contains("there");
  }

  @Test
  void aKeyThatHoldsNoEntryIsWaitedForAsLongAsTheCallerSaysAndNoLonger() {
    TenantView tenant = tenant(100);
    byte[] entry = space(tenant).bucket(ANA).entry(ANA.bytes());
    redis.await(redis.commands().hset(entry, new byte[] {1}, new byte[] {1}));
    Leases leases = context.getBean(Leases.class);

    for (Duration patience : List.of(Duration.ZERO, Duration.ofMillis(50))) {
      var request = new Leases.Request(ANA, patience, Duration.ofSeconds(10), false);
      assertThat(leases.lease(tenant, request)).isInstanceOf(LeaseOutcome.Loading.class);
    }
  }

  @Test
  void theServicesUserMaySendOnlyWhatTheServiceSends() {
    byte[] inABucket = space(tenant(100)).bucket(0).named("any");
    for (Supplier<Future<?>> command :
        List.<Supplier<Future<?>>>of(
            () -> redis.commands().keys("*"),
            () -> redis.commands().flushall(),
            () -> redis.commands().flushdb(),
            () -> redis.commands().configGet("*"),
            () -> redis.commands().publish(inABucket, inABucket),
            () -> redis.commands().blpop(1, inABucket),
            () -> redis.commands().dump(inABucket),
            () -> redis.commands().lpush(inABucket, inABucket),
            () -> redis.commands().scriptKill(),
            () -> redis.commands().aclUsers())) {
      assertThatThrownBy(() -> redis.await(command.get())).hasMessageContaining("NOPERM");
    }
  }

  @Test
  void anExpiredEntryGivesItsChargeBack() {
    TenantView tenant = tenant(1);
    entries.write(tenant, shortLived(ANA, "1"));

    await().until(() -> value(tenant, ANA).isEmpty());
    await()
        .ignoreException(ServiceException.class)
        .until(
            () ->
                entries.write(tenant, put(new EntryKey("crm", "temp", "next"), "1")).chargedBytes()
                    > 0);
    assertThat(store.usage(space(tenant)).keys()).isEqualTo(1);
  }

  @Test
  void theAccountEqualsAFullCountAfterAnySequenceOfOperationsAndExpiry() throws Exception {
    for (CacheEviction policy :
        List.of(CacheEviction.CACHE_EVICTION_NONE, CacheEviction.CACHE_EVICTION_LRU)) {
      for (String plan : List.of("basic", "enterprise")) {
        TenantView tenant =
            Tenants.create(
                context.getBean(SecretBox.class), "acme", plan, limits(60, 60_000, policy));
        long seed = System.nanoTime();
        operateAtRandom(tenant, new Random(seed));

        Reclaimer reclaimer = context.getBean(Reclaimer.class);
        await()
            .untilAsserted(
                () -> {
                  reclaimer.lookAfter(tenant);
                  EntryStore.Usage usage = store.usage(space(tenant));
                  assertThat(usage)
                      .as("%s %s, seed %s", policy, plan, seed)
                      .isEqualTo(recount.counted(tenant));
                  assertThat(usage.keys()).isLessThanOrEqualTo(60);
                  assertThat(usage.bytes()).isLessThanOrEqualTo(60_000);
                });
      }
    }
  }

  private void operateAtRandom(TenantView tenant, Random random) {
    for (int i = 0; i < 1500; i++) {
      EntryKey key =
          new EntryKey("crm", random.nextBoolean() ? "temp" : "sync", "k" + random.nextInt(60));
      switch (random.nextInt(30)) {
        case 0, 1, 2, 3, 4 -> entries.delete(tenant, key, OptionalLong.empty());
        case 5, 6 ->
            entries.touch(tenant, key, Optional.of(Duration.ofSeconds(1)), Device.DEVICE_MOBILE);
        case 7 -> flushes.invalidate(tenant, List.of("t" + random.nextInt(5)));
        case 8 -> {
          if (random.nextInt(10) == 0) {
            flushes.begin(tenant, "", random.nextBoolean() ? "temp" : "sync", "");
          }
        }
        default -> writeAtRandom(tenant, key, random);
      }
    }
  }

  private void writeAtRandom(TenantView tenant, EntryKey key, Random random) {
    byte[] value = new byte[random.nextInt(3000)];
    random.nextBytes(value);
    try {
      entries.write(
          tenant,
          new Entries.Put(
              key,
              value,
              "",
              false,
              random.nextInt(4) == 0 ? Optional.of(Duration.ofSeconds(1)) : Optional.empty(),
              random.nextBoolean() ? Device.DEVICE_MOBILE : Device.DEVICE_DESKTOP,
              random.nextBoolean() ? List.of("t" + random.nextInt(5)) : List.of(),
              new WriteRule.Always()));
    } catch (ServiceException e) {
      assertThat(e.reason()).isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    }
  }

  @Test
  void eraseLeavesNothing() {
    TenantView tenant = tenant(100);
    for (int i = 0; i < 50; i++) {
      entries.write(tenant, put(new EntryKey("crm", "temp", "k" + i), "1"));
    }

    store.erase(space(tenant));

    assertThat(
            redis.await(
                redis
                    .commands()
                    .exists(
                        bucket(tenant).index(),
                        bucket(tenant).account(),
                        bucket(tenant).entry(new EntryKey("crm", "temp", "k7").bytes()))))
        .isZero();
  }

  @Test
  void unknownAndForeignModulesAreRefused() {
    TenantView tenant = tenant(10);

    refused(
        () -> entries.read(tenant, List.of(new EntryKey("nope", "temp", "k"))),
        ErrorReason.ERROR_REASON_MODULE_UNKNOWN);
    refused(
        () -> entries.read(tenant, List.of(new EntryKey("financeiro", "temp", "k"))),
        ErrorReason.ERROR_REASON_MODULE_NOT_ENABLED);
  }

  @Test
  void aBatchWithAnUnknownModuleNamesTheAddressThatHasIt() throws Exception {
    TenantView tenant = tenant(10);

    ServiceException refusal =
        catchThrowableOfType(
            ServiceException.class,
            () -> entries.read(tenant, List.of(ANA, new EntryKey("nope", "temp", "k"))));

    List<String> fields = new ArrayList<>();
    for (Any detail : refusal.toStatus().getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        detail
            .unpack(BadRequest.class)
            .getFieldViolationsList()
            .forEach(each -> fields.add(each.getField()));
      }
    }
    assertThat(fields).containsExactly("addresses[1].module");
  }

  @Test
  void aBatchThatWouldNotFitInMemoryIsRefused() {
    TenantView tenant = tenant(10);
    entries.write(tenant, put(ANA, "x".repeat(1024 * 1024)));

    assertThat(entries.read(tenant, Collections.nCopies(12, ANA))).hasSize(12);
    refused(
        () -> entries.read(tenant, Collections.nCopies(13, ANA)),
        ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE);
  }

  /** What does not compress, named so often that all of it would never fit. */
  @Test
  void aBatchOfWhatDoesNotCompressHoldsLittleOfItAtOnce() throws Exception {
    TenantView tenant = Tenants.create(context.getBean(SecretBox.class), "acme", 10, 10_000_000);
    entries.write(tenant, random(ANA, Content.MAX_VALUE_BYTES));
    Bucket bucket = context.getBean(Spaces.class).of(tenant).bucket(ANA);
    EntryReads reads = context.getBean(EntryReads.class);
    TenantSpace space = space(tenant);

    List<Found> first = redis.await(reads.readFirst(space, Collections.nCopies(128, ANA)));

    assertThat(first).hasSizeBetween(1, 4).allMatch(Found.Live.class::isInstance);
    assertThat(redis.await(reads.readOf(bucket, Collections.nCopies(10, ANA)))).hasSize(10);
    assertThat(entries.read(tenant, Collections.nCopies(10, ANA))).hasSize(10);
    refused(
        () -> entries.read(tenant, Collections.nCopies(128, ANA)),
        ErrorReason.ERROR_REASON_MESSAGE_TOO_LARGE);
  }

  /** A write of bytes that do not compress. */
  private static Entries.Put random(EntryKey key, int bytes) {
    byte[] value = new byte[bytes];
    new Random(3).nextBytes(value);
    Entries.Put like = put(key, "");
    return new Entries.Put(
        key, value, "", false, like.ttl(), like.device(), like.tags(), like.rule());
  }

  @Test
  void manyReadsOfOneLargeEntryAtOnceAllHaveIt() {
    TenantView tenant = Tenants.create(context.getBean(SecretBox.class), "acme", 10, 10_000_000);
    entries.write(tenant, random(ANA, 300_000));
    EntryReads reads = context.getBean(EntryReads.class);
    List<CompletableFuture<Found>> found = new ArrayList<>();

    reads.gather(
        () -> {
          for (int i = 0; i < 64; i++) {
            found.add(reads.read(space(tenant), ANA));
          }
        });

    for (CompletableFuture<Found> each : found) {
      assertThat(redis.await(each)).isInstanceOf(Found.Live.class);
    }
  }

  @Test
  void aTouchMovesTheExpiryAndNotTheCharge() {
    TenantView tenant = tenant(10);
    entries.write(tenant, put(ANA, "1"));
    EntryStore.Usage before = store.usage(space(tenant));

    Entry touched =
        entries
            .touch(tenant, ANA, Optional.of(Duration.ofHours(1)), Device.DEVICE_MOBILE)
            .orElseThrow();

    assertThat(touched.ttl()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
    assertThat(store.usage(space(tenant))).isEqualTo(before).isEqualTo(recount.counted(tenant));
  }

  @Test
  void aValueOverTheLimitIsRefused() {
    TenantView tenant = tenant(10);

    refused(
        () -> entries.write(tenant, put(ANA, "x".repeat(1024 * 1024 + 1))),
        ErrorReason.ERROR_REASON_VALUE_TOO_LARGE);
  }

  private TenantView tenant(long keys) {
    return Tenants.create(context.getBean(SecretBox.class), "acme", keys, 1_000_000);
  }

  private Optional<String> value(TenantView tenant, EntryKey key) {
    return entries.read(tenant, List.of(key)).getFirst() instanceof Lookup.Hit(Entry entry)
        ? Optional.of(new String(entry.content().value(), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static Entries.Put shortLived(EntryKey key, String value) {
    return new Entries.Put(
        key,
        value.getBytes(StandardCharsets.UTF_8),
        "",
        false,
        Optional.of(Duration.ofSeconds(1)),
        Device.DEVICE_MOBILE,
        List.of(),
        new WriteRule.Always());
  }

  private static Entries.Put put(EntryKey key, String value) {
    return put(key, value, new WriteRule.Always());
  }

  private static Entries.Put put(EntryKey key, String value, WriteRule rule) {
    return new Entries.Put(
        key,
        value.getBytes(StandardCharsets.UTF_8),
        "",
        false,
        Optional.empty(),
        Device.DEVICE_MOBILE,
        List.of(),
        rule);
  }

  private static String randomText(int length) {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return text.toString();
  }

  /** The one bucket of a tenant of the plan basic. */
  private Bucket bucket(TenantView tenant) {
    return space(tenant).bucket(0);
  }

  private TenantSpace space(TenantView tenant) {
    return context.getBean(Spaces.class).of(tenant);
  }

  private static CacheLimits limits(long keys, long bytes, CacheEviction policy) {
    return CacheLimits.newBuilder().setKeys(keys).setMemoryBytes(bytes).setEviction(policy).build();
  }

  private static void refused(Runnable call, ErrorReason reason) {
    ServiceException refusal = catchThrowableOfType(ServiceException.class, call::run);
    assertThat(refusal).isNotNull();
    assertThat(refusal.reason()).isEqualTo(reason);
  }
}
