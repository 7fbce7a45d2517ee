package dev.kryonix.cache.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.cache.v1.Device;
import dev.kryonix.api.cache.v1.Session;
import dev.kryonix.api.cache.v1.SessionDevice;
import dev.kryonix.api.cache.v1.SessionServiceCreateRequest;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.api.tenant.v1.CacheEviction;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.cache.entry.CacheBeans;
import dev.kryonix.cache.entry.Recount;
import dev.kryonix.cache.entry.RedisKind;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.entry.Tenants;
import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.Purpose;
import dev.kryonix.cache.redis.Redis;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Sessions on a real Redis of either kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SessionsSuite {
  private static final String ANA = "ana";

  private ApplicationContext context;
  private Sessions sessions;
  private Recount recount;

  /** The kind of Redis that the suite runs on. */
  abstract RedisKind kind();

  @BeforeAll
  void start() throws Exception {
    context = CacheBeans.start(kind());
    sessions = context.getBean(Sessions.class);
    recount = new Recount(context);
    await().until(() -> context.getBean(Readiness.class).isServing());
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aSessionIsFoundWithAllThatItWasCreatedWithUntilItEnds() {
    TenantView tenant = tenant("basic", 100);
    SessionDevice phone =
        SessionDevice.newBuilder()
            .setId("phone-1")
            .setKind(Device.DEVICE_MOBILE)
            .setPushToken("push-1")
            .setAppVersion("4.2")
            .build();

    Session created =
        sessions.create(tenant, request(ANA).setDevice(phone).putData("cart", "3 items").build());

    assertThat(created.getId()).matches("[A-Za-z0-9_-]{43}");
    assertThat(lifetime(created)).isEqualTo(Duration.ofMinutes(30));
    assertThat(sessions.find(tenant, created.getId())).contains(created);
    assertThat(created.getDevice()).isEqualTo(phone);
    assertThat(created.getDataMap()).isEqualTo(Map.of("cart", "3 items"));
    assertThat(sessions.end(tenant, created.getId())).isTrue();
    assertThat(sessions.end(tenant, created.getId())).isFalse();
    assertThat(sessions.find(tenant, created.getId())).isEmpty();
    assertThat(sessions.list(tenant, ANA)).isEmpty();
    assertThat(recount.booked(tenant).keys()).isZero();
  }

  @Test
  void aDesktopsSessionLivesAsTheCatalogueSaysAndAsTheCallerSaysOtherwise() {
    TenantView tenant = tenant("basic", 100);
    SessionDevice desktop = SessionDevice.newBuilder().setKind(Device.DEVICE_DESKTOP).build();

    assertThat(lifetime(sessions.create(tenant, request(ANA).setDevice(desktop).build())))
        .isEqualTo(Duration.ofHours(1));
    assertThat(lifetime(sessions.create(tenant, request(ANA).setTtl(seconds(90)).build())))
        .isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void aTouchExtendsASessionAndChangesItsData() {
    TenantView tenant = tenant("basic", 100);
    Session created =
        sessions.create(tenant, request(ANA).putData("a", "1").putData("b", "2").build());

    Session touched =
        sessions.touch(tenant, created.getId(), Map.of("a", "", "c", "3")).orElseThrow();

    assertThat(touched.getDataMap()).isEqualTo(Map.of("b", "2", "c", "3"));
    assertThat(touched.getCreateTime()).isEqualTo(created.getCreateTime());
    assertThat(lifetime(touched)).isEqualTo(Duration.ofMinutes(30));
    assertThat(sessions.find(tenant, created.getId())).contains(touched);
    assertThat(sessions.touch(tenant, "x".repeat(43), Map.of())).isEmpty();
  }

  @Test
  void dataOverTheLimitIsRefusedAndTheSessionStaysAsItWas() {
    TenantView tenant = tenant("basic", 100);
    SessionServiceCreateRequest.Builder full = request(ANA);
    for (int i = 0; i < 64; i++) {
      full.putData("k" + i, "v");
    }
    Session created = sessions.create(tenant, full.build());

    ServiceException refusal =
        refused(() -> sessions.touch(tenant, created.getId(), Map.of("more", "1")));

    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(sessions.find(tenant, created.getId())).contains(created);
  }

  @Test
  void anExpiredSessionIsInNoListAndGivesItsRoomBack() {
    TenantView tenant = tenant("basic", 3);
    sessions.create(tenant, request(ANA).setTtl(seconds(1)).setMaxPerUser(1).build());

    await().until(() -> sessions.list(tenant, ANA).isEmpty());
    Session next = sessions.create(tenant, request(ANA).setMaxPerUser(1).build());

    assertThat(sessions.list(tenant, ANA)).containsExactly(next);
    await().until(() -> recount.booked(tenant).equals(recount.counted(tenant)));
    assertThat(recount.booked(tenant).keys()).isEqualTo(2);
  }

  @Test
  void oneMoreThanAUserMayHaveIsRefusedUnlessTheLeastUsedIsToGo() {
    TenantView tenant = tenant("basic", 100);
    Session first = sessions.create(tenant, request(ANA).build());
    Session second = sessions.create(tenant, request(ANA).build());
    sessions.touch(tenant, first.getId(), Map.of());

    ServiceException refusal =
        refused(() -> sessions.create(tenant, request(ANA).setMaxPerUser(2).build()));
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.reason()).isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);

    Session third =
        sessions.create(tenant, request(ANA).setMaxPerUser(2).setEvictOldest(true).build());

    assertThat(sessions.find(tenant, second.getId())).isEmpty();
    assertThat(ids(sessions.list(tenant, ANA)))
        .containsExactlyInAnyOrder(first.getId(), third.getId());
  }

  @Test
  void tenIsTheLimitUnlessToldOtherwise() {
    TenantView tenant = tenant("basic", 100);
    for (int i = 0; i < 10; i++) {
      sessions.create(tenant, request(ANA).build());
    }

    assertThat(refused(() -> sessions.create(tenant, request(ANA).build())).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    sessions.create(tenant, request(ANA).setMaxPerUser(11).build());
  }

  @Test
  void theCacheQuotaHoldsForSessionsToo() {
    TenantView tenant = tenant("basic", 3);
    sessions.create(tenant, request(ANA).build());

    assertThat(refused(() -> sessions.create(tenant, request("bea").build())).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    assertThat(sessions.list(tenant, "bea")).isEmpty();
    assertThat(recount.booked(tenant)).isEqualTo(recount.counted(tenant));
  }

  @Test
  void theListIsLastUsedFirst() {
    TenantView tenant = tenant("basic", 100);
    Session first = sessions.create(tenant, request(ANA).build());
    Session second = sessions.create(tenant, request(ANA).build());
    await()
        .untilAsserted(
            () -> {
              sessions.touch(tenant, first.getId(), Map.of());
              assertThat(ids(sessions.list(tenant, ANA)))
                  .containsExactly(first.getId(), second.getId());
            });
  }

  @Test
  void endingAllLeavesTheOneThatStaysAndOtherUsers() {
    TenantView tenant = tenant("enterprise", 100);
    Session mine = sessions.create(tenant, request(ANA).build());
    Session other = sessions.create(tenant, request("bea").build());
    for (int i = 0; i < 5; i++) {
      sessions.create(tenant, request(ANA).build());
    }

    assertThat(sessions.endAll(tenant, ANA, mine.getId())).isEqualTo(5);
    assertThat(ids(sessions.list(tenant, ANA))).containsExactly(mine.getId());
    assertThat(sessions.endAll(tenant, ANA, "")).isEqualTo(1);
    assertThat(sessions.endAll(tenant, ANA, "")).isZero();
    assertThat(ids(sessions.list(tenant, "bea"))).containsExactly(other.getId());
  }

  @Test
  void aRepeatedRequestIdGivesTheSameSessionAndAnotherRequestIsRefused() {
    TenantView tenant = tenant("basic", 100);
    SessionServiceCreateRequest request =
        request(ANA).setRequestId("r1").putData("a", "1").putData("b", "2").build();

    Session created = sessions.create(tenant, request);

    assertThat(sessions.create(tenant, request)).isEqualTo(created);
    assertThat(sessions.list(tenant, ANA)).hasSize(1);
    assertThat(
            refused(() -> sessions.create(tenant, request.toBuilder().putData("a", "2").build()))
                .reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
    SessionServiceCreateRequest alike =
        request.toBuilder().clearData().putData("a", "1, b=2").build();
    assertThat(refused(() -> sessions.create(tenant, alike)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
  }

  @Test
  void aSessionIsItsTenantsOnly() {
    TenantView one = tenant("basic", 100);
    TenantView other = tenant("basic", 100);
    Session created = sessions.create(one, request(ANA).build());

    assertThat(sessions.find(other, created.getId())).isEmpty();
    assertThat(sessions.touch(other, created.getId(), Map.of())).isEmpty();
    assertThat(sessions.end(other, created.getId())).isFalse();
    assertThat(sessions.list(other, ANA)).isEmpty();
    assertThat(sessions.find(one, created.getId())).isPresent();
  }

  @Test
  void neitherIdNorPushTokenIsReadableInRedisWhateverTheTenantsRegimes() {
    TenantView tenant =
        Tenants.create(context.getBean(SecretBox.class), "acme", "basic", limits(100), Set.of());
    Session created =
        sessions.create(
            tenant,
            request(ANA).setDevice(SessionDevice.newBuilder().setPushToken("push-secret")).build());

    Keyspace redis = context.getBean(Redis.class).keyspace(Purpose.API);
    TenantSpace space = context.getBean(Spaces.class).of(tenant);
    byte[] key = space.bucket(0).entry(SessionIds.session(created.getId()).bytes());
    String stored = new String(redis.await(redis.commands().get(key)), StandardCharsets.ISO_8859_1);

    assertThat(stored).doesNotContain(created.getId()).doesNotContain("push-secret");
    assertThat(new String(key, StandardCharsets.UTF_8)).doesNotContain(created.getId());
  }

  @Test
  void sessionsOutliveTheEvictionOfEntries() {
    CacheLimits limits =
        limits(5).toBuilder().setEviction(CacheEviction.CACHE_EVICTION_LRU).build();
    TenantView tenant =
        Tenants.create(context.getBean(SecretBox.class), "acme", "basic", limits, Set.of());
    List<String> users = List.of("u1", "u2");
    users.forEach(user -> sessions.create(tenant, request(user).build()));

    assertThat(refused(() -> sessions.create(tenant, request("u3").build())).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED);
    users.forEach(user -> assertThat(sessions.list(tenant, user)).hasSize(1));
  }

  @Test
  void whateverManyDevicesDoAtOnceListsSessionsAndAccountAgree() throws Exception {
    TenantView tenant = tenant("enterprise", 500);
    long seed = System.nanoTime();
    try (var devices = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int device = 0; device < 8; device++) {
        Random random = new Random(seed + device);
        all.add(devices.submit(() -> use(tenant, random)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }

    assertThat(recount.booked(tenant)).as("seed " + seed).isEqualTo(recount.counted(tenant));
    long listed = 0;
    for (String user : List.of("u0", "u1", "u2")) {
      List<Session> live = sessions.list(tenant, user);
      assertThat(live).hasSizeLessThanOrEqualTo(4);
      assertThat(new HashSet<>(ids(live))).hasSize(live.size());
      live.forEach(each -> assertThat(sessions.find(tenant, each.getId())).contains(each));
      listed += live.size() + (live.isEmpty() ? 0 : 1);
    }
    assertThat(recount.booked(tenant).keys()).as("seed " + seed).isEqualTo(listed);
  }

  private void use(TenantView tenant, Random random) {
    List<String> mine = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String user = "u" + random.nextInt(3);
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> {
          var request = request(user).setMaxPerUser(4).setEvictOldest(true);
          mine.add(sessions.create(tenant, request.build()).getId());
        }
        case 3 -> mine.forEach(id -> sessions.touch(tenant, id, Map.of("i", "x")));
        case 4 -> mine.stream().limit(1).toList().forEach(id -> sessions.end(tenant, id));
        default -> sessions.endAll(tenant, user, "");
      }
    }
  }

  private TenantView tenant(String plan, long keys) {
    return Tenants.create(context.getBean(SecretBox.class), "acme", plan, limits(keys));
  }

  private static CacheLimits limits(long keys) {
    return CacheLimits.newBuilder().setKeys(keys).setMemoryBytes(4_000_000).build();
  }

  private static SessionServiceCreateRequest.Builder request(String user) {
    return SessionServiceCreateRequest.newBuilder().setUser(user);
  }

  private static com.google.protobuf.Duration seconds(long seconds) {
    return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).build();
  }

  private static Duration lifetime(Session session) {
    return Duration.ofSeconds(
        session.getExpireTime().getSeconds() - session.getLastUseTime().getSeconds(),
        session.getExpireTime().getNanos() - session.getLastUseTime().getNanos());
  }

  private static List<String> ids(List<Session> sessions) {
    return sessions.stream().map(Session::getId).toList();
  }

  private static ServiceException refused(Runnable call) {
    ServiceException refusal = catchThrowableOfType(ServiceException.class, call::run);
    assertThat(refusal).isNotNull();
    return refusal;
  }
}
