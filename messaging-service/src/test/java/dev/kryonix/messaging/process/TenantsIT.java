package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.rabbitmq.client.Connection;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tenants apart from each other, suspended, resumed and removed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TenantsIT {
  private static final String QUEUE = "crm.leads.create";

  private final Messaging messaging;

  TenantsIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging = new Messaging(folder);
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aTenantsBrokerCredentialsDoNotOpenAnothersVhost() throws Exception {
    DesiredTenant one = messaging.newTenant();
    DesiredTenant other = messaging.newTenant();

    try (Connection connection = messaging.connect(one, Messaging.vhost(one))) {
      assertThat(connection.isOpen()).isTrue();
    }
    assertThatThrownBy(() -> messaging.connect(one, Messaging.vhost(other)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aTenantReceivesOnlyItsOwnMessagesAndSettlesOnlyItsOwnDeliveries() throws Exception {
    DesiredTenant one = messaging.newTenant();
    DesiredTenant other = messaging.newTenant();
    PublishResponse ofOne = messaging.stub(one).publish(lead("um"));
    PublishResponse ofOther = messaging.stub(other).publish(lead("outro"));

    try (Subscription one1 = messaging.subscribe(one, "crm.*");
        Subscription other1 = messaging.subscribe(other, "crm.*")) {
      Delivery delivery = one1.next();
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(ofOne.getMessageId());
      assertThat(other1.next().getMessage().getMessageId()).isEqualTo(ofOther.getMessageId());
      assertThat(
              messaging
                  .stub(other)
                  .acknowledge(
                      AcknowledgeRequest.newBuilder().addAckTokens(delivery.getAckToken()).build())
                  .getResults(0)
                  .getOutcome())
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_INVALID);
      assertThat(one1.acknowledge(delivery)).isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }

  @Test
  void aSuspendedTenantIsShutOutAtOnceAndFindsItsMessagesWhenResumed() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    PublishResponse published = messaging.stub(tenant).publish(lead("n"));
    DesiredTenant suspended;
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      subscription.next();
      suspended = messaging.tenants().change(tenant, ServingState.SERVING_STATE_SUSPENDED);
      assertRefused(subscription::awaitEnd, Code.PERMISSION_DENIED, "TENANT_SUSPENDED");
    }
    assertRefused(
        () -> messaging.stub(tenant).publish(lead("n")),
        Code.PERMISSION_DENIED,
        "TENANT_SUSPENDED");
    assertThatThrownBy(() -> messaging.connect(tenant, Messaging.vhost(tenant)))
        .isInstanceOf(IOException.class);

    messaging.tenants().change(suspended, ServingState.SERVING_STATE_SERVING);

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription.next().getMessage().getMessageId())
          .isEqualTo(published.getMessageId());
    }
  }

  @Test
  void aRemovedTenantLeavesNothingInTheBroker() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    messaging.stub(tenant).publish(lead("n"));

    messaging.tenants().remove(tenant);

    assertRefused(
        () -> messaging.stub(tenant).publish(lead("n")), Code.UNAVAILABLE, "TENANT_NOT_READY");
    ManagementApi api = Messaging.management();
    assertThat(api.get(ManagementApi.path("vhosts", Messaging.vhost(tenant)))).isEmpty();
    assertThat(api.get(ManagementApi.path("users", "kryonix_" + tenant.getId()))).isEmpty();
  }

  private static PublishRequest lead(String text) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setPriority(5)
        .setData(ByteString.copyFromUtf8(text))
        .build();
  }
}
