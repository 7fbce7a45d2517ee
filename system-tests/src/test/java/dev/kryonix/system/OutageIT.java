package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.Health;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Subscription;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server behind a service stops and comes back: the service says so, and recovers by itself. */
@OnPlatform
final class OutageIT {
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(30);
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(60);

  private final Platform platform;
  private final TestTenant tenant;

  OutageIT(Platform platform) {
    this.platform = platform;
    tenant = platform.newTenant();
  }

  @Test
  void withoutRedisTheCacheIsUnavailableAndRecovers() {
    String path = "crm/temp/outage";
    tenant.app().cache(path, ByteString.copyFromUtf8("before"));

    duringAnOutage(
        "redis",
        "cache",
        () -> assertUnavailable(tenant.rest().get("/v1/cache/" + path), "STORE_UNAVAILABLE"));

    tenant.app().cache(path, ByteString.copyFromUtf8("after"));
    assertThat(tenant.app().cached(path)).contains(ByteString.copyFromUtf8("after"));
  }

  @Test
  void withoutRabbitMqMessagingIsUnavailableAndLosesNothing() throws Exception {
    String before =
        tenant.app().publish("agendamento", "calendar.sync", Map.of("n", "1")).getMessageId();

    duringAnOutage(
        "rabbitmq",
        "messaging",
        () ->
            assertUnavailable(
                tenant
                    .rest()
                    .send(
                        "POST",
                        "/v1/messages:publish",
                        "{\"module\": \"agendamento\", \"operation\": \"calendar.sync\"}"),
                "STORE_UNAVAILABLE"));

    try (Subscription subscription =
        Subscription.open(tenant.grpc(), "agendamento.calendar.sync")) {
      var delivery = subscription.next(Duration.ofSeconds(20));
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(before);
      subscription.acknowledge(delivery);
      String after =
          tenant.app().publish("agendamento", "calendar.sync", Map.of("n", "2")).getMessageId();
      assertThat(subscription.next(Duration.ofSeconds(20)).getMessage().getMessageId())
          .isEqualTo(after);
    }
  }

  @Test
  void withoutPostgresTheTenantServiceIsUnavailableAndCachesGoOn() {
    String path = "crm/temp/without-postgres";
    tenant.app().cache(path, ByteString.copyFromUtf8("there"));

    duringAnOutage(
        "postgres",
        "tenant",
        () -> {
          assertUnavailable(tenant.rest().get("/v1/tenants/" + tenant.id()), "STORE_UNAVAILABLE");
          assertThat(tenant.app().cached(path)).contains(ByteString.copyFromUtf8("there"));
        });

    assertThat(tenant.app().describe(tenant.id()).getId()).isEqualTo(tenant.id());
    assertThat(platform.newTenant().app().cached(path)).isEmpty();
  }

  private void duringAnOutage(String server, String service, Runnable meanwhile) {
    try (Health health = new Health(platform, service)) {
      platform.instance().servers("down", server);
      try {
        await().atMost(NOTICED_WITHIN).until(health::isNotServing);
        meanwhile.run();
      } finally {
        platform.instance().servers("up", server);
      }
      await().atMost(RECOVERED_WITHIN).until(health::isServing);
    }
    // Other services may use the same server.
    for (String other : new String[] {"tenant", "messaging", "cache", "backup", "gateway"}) {
      try (Health health = new Health(platform, other)) {
        await().atMost(RECOVERED_WITHIN).until(health::isServing);
      }
    }
  }

  private static void assertUnavailable(RestAnswer answer, String reason) {
    assertThat(answer.status()).isEqualTo(503);
    Refusal refusal = Refusal.of(answer);
    assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.retryable()).isTrue();
  }
}
