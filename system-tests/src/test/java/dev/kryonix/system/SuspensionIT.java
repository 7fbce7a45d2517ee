package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.Subscription;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
    try (Grpc messaging = new Grpc(platform.address("messaging"));
        Grpc cache = new Grpc(platform.address("cache"));
        Grpc backup = new Grpc(platform.address("backup"))) {
      List<Runnable> calls =
          List.of(
              call(messaging.withToken(tenant.token()), SuspensionIT::publish),
              call(cache.withToken(tenant.token()), SuspensionIT::get),
              call(backup.withToken(tenant.token()), SuspensionIT::list),
              call(tenant.grpc(), SuspensionIT::get));
      calls.forEach(Runnable::run);

      assertThat(operator.suspend(tenant.id()).getState())
          .isEqualTo(TenantState.TENANT_STATE_SUSPENDED);
      long suspended = System.nanoTime();
      for (Runnable call : calls) {
        awaitUntil(suspended, () -> code(call) == Status.Code.PERMISSION_DENIED);
      }
      assertThat(tenant.rest().get("/v1/backups").status()).isEqualTo(403);
      // Its own record stays readable, so that its owner can see why.
      assertThat(tenant.app().describe(tenant.id()).getState())
          .isEqualTo(TenantState.TENANT_STATE_SUSPENDED);

      operator.resume(tenant.id());
      long resumed = System.nanoTime();
      for (Runnable call : calls) {
        awaitUntil(resumed, () -> code(call) == Status.Code.OK);
      }
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

      Refusal refusal = Refusal.ofCall(() -> subscription.next(Duration.ofSeconds(10)));

      assertThat(Duration.ofNanos(System.nanoTime() - suspended)).isLessThan(EVERYWHERE_WITHIN);
      assertThat(refusal.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(refusal.reason()).isEqualTo("TENANT_SUSPENDED");
      String id = bystander.app().publish("agendamento", "calendar.sync", Map.of()).getMessageId();
      assertThat(others.next(Duration.ofSeconds(20)).getMessage().getMessageId()).isEqualTo(id);
    }
  }

  private static void awaitUntil(long since, java.util.concurrent.Callable<Boolean> condition) {
    Duration left = EVERYWHERE_WITHIN.minusNanos(System.nanoTime() - since);
    await()
        .atMost(left.isPositive() ? left : Duration.ofMillis(1))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(condition);
  }

  private static Status.Code code(Runnable call) {
    try {
      call.run();
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static Runnable call(Channel channel, Consumer<Channel> call) {
    return () -> call.accept(channel);
  }

  private static void publish(Channel channel) {
    MessagingServiceGrpc.newBlockingStub(channel)
        .publish(PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build());
  }

  private static void get(Channel channel) {
    CacheServiceGrpc.newBlockingStub(channel)
        .get(GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build());
  }

  private static void list(Channel channel) {
    BackupServiceGrpc.newBlockingStub(channel).listBackups(ListBackupsRequest.getDefaultInstance());
  }
}
