package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.GetUsageResponse;
import dev.kryonix.api.tenant.v1.RotateCredentialsRequest;
import dev.kryonix.api.tenant.v1.Usage;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Subscription;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Someone works on the broker by hand, or has its passwords rotated, while tenants publish. */
@OnPlatform
final class BrokerByHandIT {
  private static final Duration A_MINUTE = Duration.ofMinutes(1);
  private static final int ROTATIONS = 5;

  private final Platform platform;
  private final TestTenant tenant;

  BrokerByHandIT(Platform platform) {
    this.platform = platform;
    tenant = platform.newTenant();
  }

  @Test
  void aDeletedVhostIsBackWithinAMinuteForWhoeverPublishesAndSubscribes() throws Exception {
    try (Subscription subscription = Subscription.open(tenant.grpc(), "crm.leads.create")) {
      assertThat(publish().status()).isEqualTo(200);
      subscription.acknowledge(subscription.next(Duration.ofSeconds(20)));

      platform.broker().deleteVhost(tenant.id());

      await().atMost(A_MINUTE).until(() -> publish().status() == 200);
      assertThat(subscription.next(Duration.ofSeconds(20)).getMessage().getMessageId())
          .isNotEmpty();
    }
  }

  @Test
  void overRotationsOfItsBrokerPasswordNoPublishOfATenantFails() {
    for (int i = 0; i < ROTATIONS; i++) {
      platform
          .operator()
          .rest()
          .post(
              "/v1/tenants/" + tenant.id() + ":rotateCredentials",
              RotateCredentialsRequest.getDefaultInstance());
      for (int each = 0; each < 20; each++) {
        RestAnswer answer = publish();
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
      }
      platform.operator().awaitActive(tenant.id());
      platform.broker().closeConnections(tenant.id());
      // The one after may have met the connection that was being closed.
      await().atMost(A_MINUTE).until(() -> publish().status() == 200);
    }
  }

  @Test
  void whatATenantHasInTheEnginesIsItsUsage() {
    publish();
    tenant.app().cache("crm/temp/usage", ByteString.copyFromUtf8("there"));

    await()
        .atMost(A_MINUTE.plusSeconds(30))
        .untilAsserted(
            () ->
                assertThat(
                        tenant
                            .rest()
                            .get("/v1/tenants/" + tenant.id() + "/usage")
                            .as(GetUsageResponse.getDefaultInstance())
                            .getUsagesList())
                    .filteredOn(usage -> usage.getAmount() > 0)
                    .extracting(Usage::getMetric)
                    .contains(
                        "messaging.queues",
                        "messaging.messages",
                        "messaging.connections",
                        "cache.keys",
                        "cache.memory_bytes",
                        "backup.storage_bytes"));
  }

  private RestAnswer publish() {
    return tenant
        .rest()
        .send(
            "POST",
            "/v1/messages:publish",
            "{\"module\": \"crm\", \"operation\": \"leads.create\", \"priority\": 5}");
  }
}
