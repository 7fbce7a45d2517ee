package dev.kryonix.system;

import static dev.kryonix.system.platform.ServiceCalls.OK;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.kryonix.system.platform.Forger;
import dev.kryonix.system.platform.Median;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.ServiceCalls;
import dev.kryonix.system.platform.TestTenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Tenant-service goes: what the services know stays true for as long as nothing can have been
 * missed, and no longer.
 */
@OnPlatform
final class ControlPlaneFaultsIT {
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(1);
  private static final Duration LEASE = Duration.ofSeconds(60);

  /** Of a lease that is renewed every 15 seconds, however long that takes. */
  private static final Duration LEAST_LEASE = LEASE.minusSeconds(20);

  private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);
  private static final int TIMES = 5;

  private final Platform platform;
  private final TestTenant tenant;

  ControlPlaneFaultsIT(Platform platform) {
    this.platform = platform;
    tenant = platform.newTenant();
  }

  @Test
  void whileTenantServiceDiesAndRestartsCallsGoOnAndASuspensionAfterwardsCountsWithinASecond()
      throws Exception {
    try (ServiceCalls calls = ServiceCalls.of(platform, tenant);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean stop = new AtomicBoolean();
      Future<List<String>> load = threads.submit(() -> callUntil(stop, calls));
      platform.instance().kill("tenant");
      platform.instance().launcher("up");
      stop.set(true);
      assertThat(load.get()).as("calls that failed meanwhile").isEmpty();
      awaitChangesHeard();

      List<Duration> times = new ArrayList<>();
      for (int i = 0; i < TIMES; i++) {
        platform.operator().suspend(tenant.id());
        times.add(calls.lastOther("TENANT_SUSPENDED", HEALED_WITHIN, System.nanoTime()));
        platform.operator().resume(tenant.id());
        calls.awaitEach(OK, HEALED_WITHIN);
      }
      assertThat(Median.of(times)).as("%s", times).isLessThan(EVERYWHERE_WITHIN);
    }
  }

  /** Services open their streams again within a second, each at a moment of its own. */
  private void awaitChangesHeard() {
    TestTenant newcomer = platform.newTenant();
    try (ServiceCalls calls = ServiceCalls.of(platform, newcomer)) {
      calls.awaitEach(OK, HEALED_WITHIN);
      platform.operator().suspend(newcomer.id());
      calls.awaitEach("TENANT_SUSPENDED", HEALED_WITHIN);
    }
  }

  /** A stopped process keeps its connections open, so that nothing but the lease can tell. */
  @Test
  void servicesThatHearNothingOfTenantServiceServeForTheirLeaseAndThenFailClosed() {
    try (ServiceCalls calls = ServiceCalls.of(platform, tenant)) {
      platform.instance().freeze("tenant");
      long frozen = System.nanoTime();
      try {
        assertThat(calls.outcomes().values()).containsOnly(OK);
        // By when a call began: each may first wait for keys, until its service gives that up.
        assertThat(calls.lastOther("UPSTREAM_UNAVAILABLE", LEASE.plusSeconds(20), frozen))
            .isLessThan(LEASE.plusSeconds(10));
        Refusal refusal = Refusal.of(tenant.rest().get("/v1/cache/crm/temp/k"));
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal.retryable()).isTrue();
      } finally {
        platform.instance().thaw("tenant");
      }
      calls.awaitEach(OK, HEALED_WITHIN);
    }
    assertThat(platform.newTenant().app().cached("crm/temp/k")).isEmpty();
    strangersAreToldSoAgain();
  }

  /** Whether a key is unknown only who issues the tokens can say: services ask it again. */
  private void strangersAreToldSoAgain() {
    String stranger = new Forger(tenant.token()).keyId("stranger");
    try (ServiceCalls calls = new ServiceCalls()) {
      for (String service : List.of("messaging", "cache", "backup")) {
        calls.add(service, service, platform.address(service), stranger);
      }
      calls.awaitEach("TOKEN_INVALID", HEALED_WITHIN);
    }
  }

  /** Which calls failed, but for those that a start of tenant-service after the lease fails. */
  private static List<String> callUntil(AtomicBoolean stop, ServiceCalls calls) {
    long began = System.nanoTime();
    List<String> failures = new ArrayList<>();
    int rounds = 0;
    while (!stop.get() || rounds == 0) {
      rounds++;
      calls
          .outcomes()
          .forEach(
              (name, outcome) -> {
                boolean isLate = System.nanoTime() - began > LEAST_LEASE.toNanos();
                if (!outcome.equals(OK) && !(isLate && outcome.equals("UPSTREAM_UNAVAILABLE"))) {
                  failures.add(name + ": " + outcome);
                }
              });
    }
    return failures;
  }
}
