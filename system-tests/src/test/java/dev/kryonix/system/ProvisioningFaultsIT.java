package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Value;
import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.tenant.v1.Condition;
import dev.kryonix.api.tenant.v1.ConditionStatus;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.system.gateway.Events;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.Broker;
import dev.kryonix.system.platform.Cohort;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/**
 * Something dies while tenants are being made: all of them are ACTIVE in the end, by themselves,
 * each once and whole, and until then the platform says what it waits for.
 */
@OnPlatform
final class ProvisioningFaultsIT {
  /** Half a minute where nothing else runs, and a machine may be slower by far. */
  private static final Duration HEALED_WITHIN = Duration.ofMinutes(3);

  /** The longest pause between two tries, and time to be told of the last one. */
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(20);

  private final Platform platform;
  private final Broker broker;
  private final Operator operator;
  private final Cohort cohort;

  ProvisioningFaultsIT(Platform platform) {
    this.platform = platform;
    broker = platform.broker();
    operator = platform.operator();
    cohort = new Cohort(platform);
  }

  @Test
  void fiftyTenantsCreatedWhileTheBrokerIsAwaySayWhatTheyWaitForAndAreActiveWhenItIsBack() {
    TestTenant inPeace = platform.newTenant();
    for (int i = 0; i < 10; i++) {
      cohort.create();
    }
    // In the middle of the first, not before them.
    await().atMost(HEALED_WITHIN).until(() -> !broker.vhosts(cohort.prefix()).isEmpty());
    platform.instance().kill("rabbitmq");
    Tenant last;
    try {
      for (int i = 0; i < 39; i++) {
        cohort.create();
      }
      last = cohort.create();
      assertWatchTellsOfRisingFailures(last.getId());
      // While it is being tried, the time of its next try is over.
      await().untilAsserted(() -> assertItSaysWhatItWaitsFor(operator.get(last.getId())));
    } finally {
      platform.instance().servers("up", "rabbitmq");
    }

    assertThat(cohort.awaitActive(HEALED_WITHIN)).hasSize(50);
    assertEachIsThereOnceAndLike(inPeace);
    Condition messaging = condition(operator.get(last.getId()), "messaging");
    assertThat(messaging.getStatus()).isEqualTo(ConditionStatus.CONDITION_STATUS_TRUE);
    assertThat(messaging.getReason()).isEqualTo("Reconciled");
    assertThat(messaging.getFailures()).isZero();
    assertThat(messaging.hasNextRetryTime()).isFalse();
  }

  @Test
  void tenantsWhoseProvisioningWasCutShortByAKillOfMessagingEndActive() throws Exception {
    TestTenant inPeace = platform.newTenant();
    List<Future<Tenant>> creations = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        creations.add(threads.submit(cohort::create));
      }
      await()
          .atMost(HEALED_WITHIN)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> !broker.vhosts(cohort.prefix()).isEmpty());
      platform.instance().kill("messaging");
      for (Future<Tenant> creation : creations) {
        creation.get();
      }
      // The others may all have been made before.
      String waiting = cohort.create().getId();
      await()
          .untilAsserted(
              () ->
                  assertThat(condition(operator.get(waiting), "Ready").getMessage())
                      .contains("messaging"));
    } finally {
      platform.instance().launcher("up");
    }

    assertThat(cohort.awaitActive(HEALED_WITHIN)).hasSize(21);
    assertEachIsThereOnceAndLike(inPeace);
  }

  @Test
  void creationsDuringACrashOfPostgresAreAnsweredInTheEndAndHappenOnce() throws Exception {
    TestTenant inPeace = platform.newTenant();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    List<Future<?>> creators = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 6; i++) {
        creators.add(
            threads.submit(
                () -> {
                  // All may be answered before the crash.
                  for (int each = 0; each < 5 || (refused.get() == 0 && each < 500); each++) {
                    insist(UUID.randomUUID().toString(), answered, refused);
                  }
                }));
      }
      await()
          .atMost(HEALED_WITHIN)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> answered.get() > 3);
      platform.instance().kill("postgres");
      platform.instance().servers("up", "postgres");
      for (Future<?> creator : creators) {
        creator.get();
      }
    }

    assertThat(refused).as("creations that the crash came into").hasPositiveValue();
    assertThat(cohort.awaitActive(HEALED_WITHIN)).hasSize(answered.get());
    assertEachIsThereOnceAndLike(inPeace);
  }

  /** Asks under one request id until there is an answer, as a caller is meant to. */
  private void insist(String requestId, AtomicInteger answered, AtomicInteger refused) {
    await()
        .atMost(HEALED_WITHIN)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              RestAnswer answer = cohort.ask(requestId);
              if (!answer.isOk()) {
                assertThat(answer.status()).as(answer.body()).isIn(503, 409);
                if (answer.status() == 409) {
                  // The crash came into the commit, and whether it counts the repetition tells.
                  assertThat(Refusal.of(answer).reason()).isEqualTo("OUTCOME_UNKNOWN");
                }
                refused.incrementAndGet();
                return false;
              }
              answered.incrementAndGet();
              return true;
            });
  }

  /** One by one, from whichever was the first after the watch began to the third at least. */
  private void assertWatchTellsOfRisingFailures(String tenant) {
    try (Events<WatchTenantResponse> events =
        operator
            .rest()
            .events("/v1/tenants/" + tenant + ":watch", WatchTenantResponse.getDefaultInstance())) {
      WatchTenantResponse event = awaitFailures(events, failures -> failures > 0);
      do {
        Condition before = event.getCondition();
        event = awaitFailures(events, failures -> failures == before.getFailures() + 1);
        assertThat(
                Timestamps.compare(
                    event.getCondition().getNextRetryTime(), before.getNextRetryTime()))
            .isPositive();
      } while (event.getCondition().getFailures() < 3);
      // The first retries come so soon that a busy machine may tell of them afterwards.
      assertThat(Timestamps.compare(event.getCondition().getNextRetryTime(), event.getEventTime()))
          .isPositive();
    }
  }

  private static WatchTenantResponse awaitFailures(
      Events<WatchTenantResponse> events, IntPredicate wanted) {
    WatchTenantResponse event =
        events.await(
            each ->
                each.getCondition().getType().equals("messaging")
                    && wanted.test(each.getCondition().getFailures()),
            LONGEST_RETRY);
    assertThat(event.getCondition().getReason()).isEqualTo("BrokerUnavailable");
    return event;
  }

  private static void assertItSaysWhatItWaitsFor(Tenant tenant) {
    assertThat(tenant.getState()).isEqualTo(TenantState.TENANT_STATE_PROVISIONING);
    Condition messaging = condition(tenant, "messaging");
    assertThat(messaging.getStatus()).isEqualTo(ConditionStatus.CONDITION_STATUS_FALSE);
    assertThat(messaging.getReason()).isEqualTo("BrokerUnavailable");
    assertThat(messaging.getStep()).isEqualTo("user");
    assertThat(messaging.getObservedGeneration()).isZero();
    assertThat(messaging.getFailures()).isGreaterThanOrEqualTo(3);
    assertThat(Duration.between(Instant.now(), instant(messaging)))
        .isBetween(Duration.ofSeconds(-2), LONGEST_RETRY);
    assertThat(condition(tenant, "cache").getStatus())
        .isEqualTo(ConditionStatus.CONDITION_STATUS_TRUE);
    assertThat(condition(tenant, "backup").getStatus())
        .isEqualTo(ConditionStatus.CONDITION_STATUS_TRUE);
    Condition ready = condition(tenant, "Ready");
    assertThat(ready.getStatus()).isEqualTo(ConditionStatus.CONDITION_STATUS_FALSE);
    assertThat(ready.getMessage()).isEqualTo("waiting for messaging");
  }

  /** The broker has exactly these tenants, and of each what a tenant has that met no fault. */
  private void assertEachIsThereOnceAndLike(TestTenant inPeace) {
    List<Tenant> tenants = cohort.list();
    List<String> ids = tenants.stream().map(Tenant::getId).sorted().toList();
    assertThat(broker.vhosts(cohort.prefix())).isEqualTo(ids);
    assertThat(broker.users(cohort.prefix())).isEqualTo(ids);
    Set<Value> whole = broker.objects(inPeace.id(), operator.get(inPeace.id()).getUid());
    assertThat(tenants)
        .allSatisfy(
            tenant -> assertThat(broker.objects(tenant.getId(), tenant.getUid())).isEqualTo(whole));
  }

  private static Condition condition(Tenant tenant, String type) {
    return tenant.getConditionsList().stream()
        .filter(condition -> condition.getType().equals(type))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no condition " + type + " in " + tenant));
  }

  private static Instant instant(Condition condition) {
    return Instant.ofEpochSecond(condition.getNextRetryTime().getSeconds());
  }
}
