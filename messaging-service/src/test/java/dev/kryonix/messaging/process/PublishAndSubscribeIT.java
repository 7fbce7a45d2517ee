package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static dev.kryonix.messaging.process.Refusals.refusedField;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.nimbusds.jose.JOSEException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Lane;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** From a publish to its acknowledgement. The process is shared, each test has its own tenant. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PublishAndSubscribeIT {
  private static final String QUEUE = "agendamento.reminders.send";

  private final Messaging messaging;
  private DesiredTenant tenant;

  PublishAndSubscribeIT(@TempDir Path folder) throws IOException, JOSEException {
    // Nobody else looks into the queues of dead letters meanwhile.
    messaging = new Messaging(folder, Map.of("KRYONIX_DEAD_LETTERS_SWEEP", "1h"));
  }

  @BeforeEach
  void createTenant() {
    tenant = messaging.newTenant();
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aConfirmedMessageIsReceivedAndGoneOnceAcknowledged() throws Exception {
    PublishResponse published =
        messaging
            .stub(tenant)
            .publish(
                reminder("às nove").toBuilder()
                    .setOperation("lembretes.send")
                    .setContentType("text/plain")
                    .setPriority(6)
                    .putAttributes("canal", "sms")
                    .build());

    assertThat(published.getQueue()).isEqualTo(QUEUE);
    assertThat(published.getLane()).isEqualTo(Lane.LANE_NORMAL);
    assertThat(published.getMessageId()).hasSize(26);
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(published.getMessageId());
      assertThat(delivery.getMessage().getData()).isEqualTo(ByteString.copyFromUtf8("às nove"));
      assertThat(delivery.getMessage().getContentType()).isEqualTo("text/plain");
      assertThat(delivery.getMessage().getPriority()).isEqualTo(6);
      assertThat(delivery.getMessage().getAttributesMap())
          .containsEntry("canal", "sms")
          .containsOnlyKeys("canal", "traceparent");
      assertThat(delivery.getAttempt()).isEqualTo(1);
      assertThat(delivery.getRedelivered()).isFalse();
      assertThat(subscription.acknowledge(delivery))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
      assertThat(
              messaging
                  .stub(tenant)
                  .acknowledge(
                      AcknowledgeRequest.newBuilder().addAckTokens(delivery.getAckToken()).build())
                  .getResults(0)
                  .getOutcome())
          .as("the same token again")
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
    awaitReady(QUEUE, 0);
  }

  @Test
  void everySettlementHasItsResultBeforeTheStreamEnds() throws Exception {
    for (int round = 0; round < 20; round++) {
      try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
        assertThat(subscription.acknowledgeAndEnd(deliveries(subscription, 10)))
            .isEqualTo(new Subscription.End(allOk(10), Status.OK));
      }
    }
  }

  @Test
  void aStreamThatEndsWithARefusalHasTheResultsOfWhatWasSettledBefore() throws Exception {
    for (int round = 0; round < 10; round++) {
      try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
        Subscription.End end = subscription.acknowledgeAndStartAgain(deliveries(subscription, 10));
        assertThat(end.outcomes()).isEqualTo(allOk(10));
        assertThat(end.status().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
      }
    }
  }

  private List<Delivery> deliveries(Subscription subscription, int count) throws Exception {
    List<Delivery> deliveries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messaging.stub(tenant).publish(reminder("n"));
      deliveries.add(subscription.next());
    }
    return deliveries;
  }

  private static List<SettlementOutcome> allOk(int count) {
    return Collections.nCopies(count, SettlementOutcome.SETTLEMENT_OUTCOME_OK);
  }

  @Test
  void aSubscriptionGetsWhatIsPublishedAfterItBeganInEveryLane() throws Exception {
    try (Subscription subscription = messaging.subscribe(tenant, "agendamento.*")) {
      for (int priority : new int[] {9, 5, 1}) {
        PublishResponse published =
            messaging.stub(tenant).publish(reminder("n").toBuilder().setPriority(priority).build());
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getMessageId()).isEqualTo(published.getMessageId());
        subscription.acknowledge(delivery);
      }
    }
  }

  @Test
  void anUnacknowledgedMessageIsDeliveredAgainWhenItsStreamEnds() throws Exception {
    PublishResponse published = messaging.stub(tenant).publish(reminder("n"));
    String stale;
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      stale = subscription.next().getAckToken();
    }

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery again = subscription.next();
      assertThat(again.getMessage().getMessageId()).isEqualTo(published.getMessageId());
      assertThat(again.getRedelivered()).isTrue();
      assertThat(again.getAttempt()).isEqualTo(2);
      assertThat(again.getAckToken()).isNotEqualTo(stale);
      assertThat(
              messaging
                  .stub(tenant)
                  .acknowledge(AcknowledgeRequest.newBuilder().addAckTokens(stale).build())
                  .getResults(0)
                  .getOutcome())
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_STALE);
      assertThat(subscription.acknowledge(again))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }

  @Test
  void aMessageIsDeliveredAgainWhenItsLeaseRunsOut() throws Exception {
    messaging.stub(tenant).publish(reminder("n"));
    SubscribeStart shortLease =
        SubscribeStart.newBuilder()
            .addSources(QUEUE)
            .setLease(Duration.newBuilder().setSeconds(1))
            .build();

    try (Subscription subscription = messaging.subscribe(tenant, shortLease)) {
      Delivery first = subscription.next();
      Delivery again = subscription.next();
      assertThat(again.getMessage()).isEqualTo(first.getMessage());
      assertThat(subscription.acknowledge(first))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_STALE);
    }
  }

  @Test
  void aRequeuedMessageComesBackAndADroppedOneIsADeadLetter() throws Exception {
    messaging.stub(tenant).publish(reminder("n"));

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription.giveBack(subscription.next(), NackAction.NACK_ACTION_REQUEUE))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
      Delivery again = subscription.next();
      assertThat(again.getRedelivered()).isTrue();
      assertThat(subscription.giveBack(again, NackAction.NACK_ACTION_DROP))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
    awaitReady(QUEUE, 0);
    awaitReady("agendamento.dead", 1);
  }

  @Test
  void thePayloadLiesEncryptedInTheBroker() throws Exception {
    String secret = "CPF 123.456.789-09 ".repeat(200);
    messaging.stub(tenant).publish(reminder(secret));

    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant));
        Channel channel = connection.createChannel()) {
      GetResponse raw = channel.basicGet(QUEUE, false);
      assertThat(raw).isNotNull();
      assertThat(new String(raw.getBody(), StandardCharsets.ISO_8859_1)).doesNotContain("CPF");
      assertThat(raw.getBody().length).as("compressed").isLessThan(secret.length() / 4);
      assertThat(raw.getProps().getHeaders().toString()).doesNotContain("CPF");
    }
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription.next().getMessage().getData().toStringUtf8()).isEqualTo(secret);
    }
  }

  @Test
  void whatCannotBePublishedIsRefusedBeforeItReachesTheBroker() throws Exception {
    assertRefused(
        () ->
            messaging.stub(tenant).publish(reminder("n").toBuilder().setModule("padaria").build()),
        Code.INVALID_ARGUMENT,
        "MODULE_UNKNOWN");
    assertRefused(
        () ->
            messaging.stub(tenant).publish(reminder("n").toBuilder().setOperation("nada").build()),
        Code.INVALID_ARGUMENT,
        "OPERATION_UNKNOWN");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .publish(
                    PublishRequest.newBuilder()
                        .setModule("whatsapp")
                        .setOperation("messages.send")
                        .build()),
        Code.FAILED_PRECONDITION,
        "MODULE_NOT_ENABLED");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .publish(
                    reminder("").toBuilder()
                        .setData(ByteString.copyFrom(new byte[(1 << 20) + 1]))
                        .build()),
        Code.RESOURCE_EXHAUSTED,
        "MESSAGE_TOO_LARGE");

    assertThat(queues()).isEqualTo("[]");
  }

  @Test
  void aSourceThatNamesNothingIsTheFieldThatIsRefused() {
    for (String wrong : List.of("padaria.*", "crm.nada", "*.nada")) {
      PullRequest request = PullRequest.newBuilder().addSources("*.*").addSources(wrong).build();
      assertThat(refusedField(() -> messaging.stub(tenant).pull(request)))
          .as(wrong)
          .isEqualTo("sources[1]");
    }
  }

  @Test
  void theLargestMessageIsPublished() throws Exception {
    byte[] most = new byte[1 << 20];
    messaging
        .stub(tenant)
        .publish(reminder("").toBuilder().setData(ByteString.copyFrom(most)).build());

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription.next().getMessage().getSizeBytes()).isEqualTo(most.length);
    }
  }

  @Test
  void aFullQueueRefusesAndTakesMessagesAgainWhenConsumed() throws Exception {
    tenant = messaging.newTenantOfQueueDepth(5);
    assertRefusedForNow(
        () -> {
          for (int i = 0; i < 500; i++) {
            messaging.stub(tenant).publish(reminder("n"));
          }
        },
        Code.RESOURCE_EXHAUSTED,
        "QUEUE_FULL");

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 4; i++) {
        subscription.acknowledge(subscription.next());
      }
      await()
          .ignoreExceptions()
          .until(() -> messaging.stub(tenant).publish(reminder("n")).hasPublishTime());
    }
  }

  @Test
  void aDeletedQueueIsMadeAgainByTheNextPublish() throws Exception {
    messaging.stub(tenant).publish(reminder("n"));
    Messaging.management().delete(ManagementApi.path("queues", Messaging.vhost(tenant), QUEUE));

    PublishResponse published = messaging.stub(tenant).publish(reminder("n"));

    assertThat(published.getPublishTime().getSeconds())
        .isCloseTo(Instant.now().getEpochSecond(), org.assertj.core.api.Assertions.within(60L));
    awaitReady(QUEUE, 1);
  }

  private static PublishRequest reminder(String text) {
    return PublishRequest.newBuilder()
        .setModule("agendamento")
        .setOperation("reminders.send")
        .setPriority(5)
        .setData(ByteString.copyFromUtf8(text))
        .build();
  }

  private String queues() throws Exception {
    return Messaging.management()
        .get(ManagementApi.path("queues", Messaging.vhost(tenant)) + "?columns=name")
        .orElseThrow()
        .toString();
  }

  /** The broker itself counts; its management API would be seconds behind. */
  private void awaitReady(String queue, long messages) throws Exception {
    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant));
        Channel channel = connection.createChannel()) {
      await(queue).until(() -> channel.messageCount(queue) == messages);
    }
  }
}
