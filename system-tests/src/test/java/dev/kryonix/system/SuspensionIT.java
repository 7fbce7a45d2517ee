package dev.kryonix.system;

import static dev.kryonix.system.platform.ServiceCalls.OK;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.ServiceCalls;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.Subscription;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A change of a tenant's state counts everywhere within one second. */
@OnPlatform
final class SuspensionIT {
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(1);

  @Test
  void aSuspendedTenantIsRefusedByEachServiceWithinASecondAndAResumedOneIsServed(
      Platform platform) {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();
    try (ServiceCalls calls = ServiceCalls.of(platform, tenant)) {
      assertThat(calls.outcomes().values()).containsOnly(OK);

      assertThat(operator.suspend(tenant.id()).getState())
          .isEqualTo(TenantState.TENANT_STATE_SUSPENDED);
      calls.awaitEach("TENANT_SUSPENDED", EVERYWHERE_WITHIN, System.nanoTime());
      assertThat(tenant.rest().get("/v1/backups").status()).isEqualTo(403);
      // Its own record stays readable, so that its owner can see why.
      assertThat(tenant.app().describe(tenant.id()).getState())
          .isEqualTo(TenantState.TENANT_STATE_SUSPENDED);

      operator.resume(tenant.id());
      calls.awaitEach(OK, EVERYWHERE_WITHIN, System.nanoTime());
    }
  }

  @Test
  void aRunningStreamOfASuspendedTenantEndsWithinASecond(Platform platform) throws Exception {
    TestTenant tenant = platform.newTenant();
    TestTenant bystander = platform.newTenant();
    try (Subscription subscription = Subscription.open(tenant.grpc(), "agendamento.*");
        Subscription others = Subscription.open(bystander.grpc(), "agendamento.*")) {
      platform.operator().suspend(tenant.id());
      long suspended = System.nanoTime();

      Refusal refusal = Refusal.ofCall(() -> subscription.next(Duration.ofSeconds(30)));

      assertThat(Duration.ofNanos(System.nanoTime() - suspended)).isLessThan(EVERYWHERE_WITHIN);
      assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(refusal.reason()).isEqualTo("TENANT_SUSPENDED");
      String id = bystander.app().publish("agendamento", "calendar.sync", Map.of()).getMessageId();
      assertThat(others.next(Duration.ofSeconds(20)).getMessage().getMessageId()).isEqualTo(id);
    }
  }
}
