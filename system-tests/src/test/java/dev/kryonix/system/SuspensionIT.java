package dev.kryonix.system;

import static dev.kryonix.system.platform.ServiceCalls.OK;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.system.platform.Median;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.ServiceCalls;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A change of a tenant's state counts everywhere within one second. */
@OnPlatform
final class SuspensionIT {
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int TIMES = 5;

  @Test
  void aSuspendedTenantIsRefusedByEachServiceWithinASecondAndAResumedOneIsServed(
      Platform platform) {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();
    List<Duration> suspensions = new ArrayList<>();
    List<Duration> resumptions = new ArrayList<>();
    try (ServiceCalls calls = ServiceCalls.of(platform, tenant)) {
      assertThat(calls.outcomes().values()).containsOnly(OK);
      for (int i = 0; i < TIMES; i++) {
        assertThat(operator.suspend(tenant.id()).getState())
            .isEqualTo(TenantState.TENANT_STATE_SUSPENDED);
        suspensions.add(calls.lastOther("TENANT_SUSPENDED", PATIENCE, System.nanoTime()));
        assertThat(tenant.rest().get("/v1/backups").status()).isEqualTo(403);
        // Its own record stays readable, so that its owner can see why.
        assertThat(tenant.app().describe(tenant.id()).getState())
            .isEqualTo(TenantState.TENANT_STATE_SUSPENDED);

        operator.resume(tenant.id());
        resumptions.add(calls.lastOther(OK, PATIENCE, System.nanoTime()));
      }
    }
    assertThat(Median.of(suspensions)).as("%s", suspensions).isLessThan(EVERYWHERE_WITHIN);
    assertThat(Median.of(resumptions)).as("%s", resumptions).isLessThan(EVERYWHERE_WITHIN);
  }

  @Test
  void aDeletedTenantIsRefusedByEachServiceWithinASecond(Platform platform) {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();
    List<Duration> deletions = new ArrayList<>();
    try (ServiceCalls calls = ServiceCalls.of(platform, tenant)) {
      assertThat(calls.outcomes().values()).containsOnly(OK);
      for (int i = 0; i < TIMES; i++) {
        operator.delete(tenant.id());
        deletions.add(calls.lastOther("TENANT_DELETED", PATIENCE, System.nanoTime()));
        assertThat(tenant.rest().get("/v1/backups").status()).isEqualTo(403);

        operator.undelete(tenant.id());
        calls.awaitEach(OK, PATIENCE);
      }
    }
    assertThat(Median.of(deletions)).as("%s", deletions).isLessThan(EVERYWHERE_WITHIN);
  }

  @Test
  void aRunningStreamOfASuspendedTenantEndsWithinASecond(Platform platform) throws Exception {
    TestTenant bystander = platform.newTenant();
    List<Duration> times = new ArrayList<>();
    try (Subscription others = Subscription.open(bystander.grpc(), "agendamento.*")) {
      for (int i = 0; i < TIMES; i++) {
        TestTenant tenant = platform.newTenant();
        try (Subscription subscription = Subscription.open(tenant.grpc(), "agendamento.*")) {
          platform.operator().suspend(tenant.id());
          long suspended = System.nanoTime();

          Refusal refusal = Refusal.ofCall(() -> subscription.next(PATIENCE));

          times.add(Duration.ofNanos(System.nanoTime() - suspended));
          assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
          assertThat(refusal.reason()).isEqualTo("TENANT_SUSPENDED");
        }
      }
      String id = bystander.app().publish("agendamento", "calendar.sync", Map.of()).getMessageId();
      assertThat(others.next(PATIENCE).getMessage().getMessageId()).isEqualTo(id);
    }
    assertThat(Median.of(times)).as("%s", times).isLessThan(EVERYWHERE_WITHIN);
  }
}
