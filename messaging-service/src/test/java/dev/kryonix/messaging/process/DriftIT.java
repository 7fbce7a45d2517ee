package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted in the broker by hand while the service runs comes back by itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DriftIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String QUEUE = "crm.leads.create";

  private final Messaging messaging;
  private final ManagementApi api = Messaging.management();

  DriftIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging =
        new Messaging(
            folder,
            Map.of(
                "KRYONIX_STATE_PATROL", "1s",
                // On a busy machine, what is mended takes longer than a subscription would wait.
                "KRYONIX_CONNECTIONS_ACCESS_PATIENCE", "15s"));
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void afterItsVhostIsDeletedATenantPublishesAndItsRunningSubscriptionReceivesAgain()
      throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      messaging.publish(tenant);
      subscription.acknowledge(subscription.next());

      api.delete(ManagementApi.path("vhosts", Messaging.vhost(tenant)));

      String published = publishAgain(tenant);
      var delivery = subscription.next();
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(published);
      assertThat(subscription.acknowledge(delivery))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }

  @Test
  void afterItsUserIsDeletedATenantFindsItsMessagesAgain() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String first = messaging.publish(tenant);

    api.delete(ManagementApi.path("users", "kryonix_" + tenant.getId()));

    publishAgain(tenant);
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription.next().getMessage().getMessageId()).isEqualTo(first);
    }
  }

  @Test
  void afterTheExchangeIsDeletedMessagesReachTheOldQueueAgain() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      messaging.publish(tenant);
      subscription.acknowledge(subscription.next());

      api.delete(ManagementApi.path("exchanges", Messaging.vhost(tenant), "kryonix.publish"));

      String published = publishAgain(tenant);
      assertThat(subscription.next().getMessage().getMessageId()).isEqualTo(published);
    }
  }

  @Test
  void permissionPolicyAndLimitComeBackWithoutATenantsDoing() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String vhost = Messaging.vhost(tenant);
    String permission = ManagementApi.path("permissions", vhost, "kryonix_" + tenant.getId());
    String policy = ManagementApi.path("policies", vhost, "kryonix");
    String limits = ManagementApi.path("vhost-limits", vhost);
    JsonElement policyBefore = api.get(policy).orElseThrow();
    JsonElement limitsBefore = api.get(limits).orElseThrow();
    JsonElement permissionBefore = api.get(permission).orElseThrow();

    api.put(permission, JsonParser.parseString("{'configure': '', 'write': '', 'read': ''}"));
    api.delete(policy);
    api.delete(limits + "/max-queues");

    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(api.get(permission)).contains(permissionBefore);
              assertThat(api.get(policy)).contains(policyBefore);
              assertThat(api.get(limits)).contains(limitsBefore);
            });
    messaging.publish(tenant);
  }

  private String publishAgain(DesiredTenant tenant) {
    List<String> published = new ArrayList<>();
    await()
        .atMost(SOON)
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> published.add(messaging.publish(tenant)));
    return published.getFirst();
  }
}
