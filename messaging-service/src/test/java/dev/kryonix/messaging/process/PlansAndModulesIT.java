package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Modules and limits are taken away while there are messages; no message goes with them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PlansAndModulesIT {
  private static final String QUEUE = "crm.leads.create";

  private final Messaging messaging;

  PlansAndModulesIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging = new Messaging(folder);
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void theQueuesOfADisabledModuleRefuseAndKeepTheirMessagesUntilItIsEnabledAgain()
      throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String published = publish(tenant, "leads.create");

    DesiredTenant without = messaging.changeModules(tenant, "agendamento");
    assertRefused(
        () -> publish(tenant, "leads.create"), Code.FAILED_PRECONDITION, "MODULE_NOT_ENABLED");
    assertRefused(
        () -> messaging.subscribe(tenant, QUEUE).awaitEnd(),
        Code.FAILED_PRECONDITION,
        "MODULE_NOT_ENABLED");
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(1);

    messaging.changeModules(without, "agendamento", "crm");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(published);
      assertThat(subscription.acknowledge(delivery))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
    publish(tenant, "leads.create");
  }

  @Test
  void aRunningSubscriptionEndsWithItsModuleAndWhatItHeldComesBack() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String published = publish(tenant, "leads.create");
    DesiredTenant without;
    try (Subscription subscription = messaging.subscribe(tenant, "*.*")) {
      subscription.next();
      without = messaging.changeModules(tenant, "agendamento");
      assertRefused(subscription::awaitEnd, Code.FAILED_PRECONDITION, "MODULE_NOT_ENABLED");
    }

    messaging.changeModules(without, "agendamento", "crm");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription.next().getMessage().getMessageId()).isEqualTo(published);
    }
  }

  @Test
  void aDepthLoweredBelowWhatAQueueHoldsDropsNothing() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    List<String> published = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      published.add(publish(tenant, "leads.create"));
    }

    messaging.changeLimits(tenant, Messaging.limits().toBuilder().setQueueDepth(10).build());

    assertRefusedForNow(() -> publishUntilRefused(tenant), Code.RESOURCE_EXHAUSTED, "QUEUE_FULL");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (String expected : published) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getMessageId()).isEqualTo(expected);
        subscription.acknowledge(delivery);
      }
      // What was published before the refusal.
      while (!subscription.isQuiet(Duration.ofMillis(300))) {
        subscription.acknowledge(subscription.next());
      }
    }
    await()
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> !publish(tenant, "leads.create").isEmpty());
  }

  @Test
  void aTenantWithAllItsQueuesHasRoomForRetriesAndDeadLetters() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    messaging.changeLimits(tenant, Messaging.limits().toBuilder().setQueues(1).build());
    publish(tenant, "leads.create");
    assertRefused(() -> publish(tenant, "leads.update"), Code.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED");

    Delivery first = pull(tenant);
    assertThat(settle(tenant, first, NackAction.NACK_ACTION_RETRY))
        .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    Delivery second = pull(tenant);
    assertThat(second.getAttempt()).isEqualTo(2);
    assertThat(settle(tenant, second, NackAction.NACK_ACTION_DROP))
        .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);

    assertThat(messaging.ready(tenant, "crm.dead")).isEqualTo(1);
  }

  private Delivery pull(DesiredTenant tenant) throws Exception {
    return messaging
        .stub(tenant)
        .pull(
            PullRequest.newBuilder()
                .addSources(QUEUE)
                .setMaxMessages(1)
                .setWait(Durations.fromSeconds(15))
                .build())
        .getDeliveries(0);
  }

  private SettlementOutcome settle(DesiredTenant tenant, Delivery delivery, NackAction action)
      throws Exception {
    return messaging
        .stub(tenant)
        .acknowledge(
            AcknowledgeRequest.newBuilder()
                .addNacks(Nack.newBuilder().addAckTokens(delivery.getAckToken()).setAction(action))
                .build())
        .getResults(0)
        .getOutcome();
  }

  @Test
  void fewerQueuesThanThereAreLeavesThoseThereAre() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    publish(tenant, "leads.create");
    publish(tenant, "leads.update");

    DesiredTenant lowered =
        messaging.changeLimits(tenant, Messaging.limits().toBuilder().setQueues(1).build());

    publish(tenant, "leads.create");
    publish(tenant, "leads.update");
    assertRefused(
        () -> publish(tenant, "pipelines.update"), Code.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED");
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(2);

    messaging.changeLimits(lowered, Messaging.limits());
    publish(tenant, "pipelines.update");
  }

  @Test
  void fewerConnectionsThanAreOpenLeavesThoseThatAreOpen() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      publish(tenant, "leads.create");
      subscription.acknowledge(subscription.next());

      messaging.changeLimits(tenant, Messaging.limits().toBuilder().setConnections(1).build());

      String published = publish(tenant, "leads.create");
      assertThat(subscription.next().getMessage().getMessageId()).isEqualTo(published);
    }
  }

  private void publishUntilRefused(DesiredTenant tenant) throws JOSEException {
    // The broker's queue learns of a lower depth a moment after the policy has changed.
    for (int i = 0; i < 100; i++) {
      publish(tenant, "leads.create");
    }
  }

  private String publish(DesiredTenant tenant, String operation) throws JOSEException {
    return messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation(operation)
                .setPriority(5)
                .setData(ByteString.copyFromUtf8("n"))
                .build())
        .getMessageId();
  }
}
