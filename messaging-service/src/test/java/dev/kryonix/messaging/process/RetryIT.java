package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of messages whose consumers fail, on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RetryIT {
  private static final String QUEUE = "agendamento.reminders.send";
  private static final String DEAD = "agendamento.dead";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Path folder;
  private Messaging messaging;
  private DesiredTenant tenant;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    // Nobody else looks into the queues of dead letters meanwhile.
    messaging = new Messaging(folder, Map.of("KRYONIX_DEAD_LETTERS_SWEEP", "1h"));
  }

  @BeforeEach
  void newTenant() {
    tenant = messaging.newTenant();
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aFailedMessageClimbsTheLadderAndBecomesADeadLetterThatSaysWhy() throws Exception {
    String id = publish("one");
    Instant published = Instant.now();

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int attempt = 1; attempt <= 3; attempt++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getMessageId()).isEqualTo(id);
        assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("one");
        assertThat(delivery.getMessage().getAttributesMap())
            .containsEntry("canal", "sms")
            .containsOnlyKeys("canal", "traceparent");
        assertThat(delivery.getAttempt()).isEqualTo(attempt);
        assertThat(delivery.getRedelivered()).isEqualTo(attempt > 1);
        assertThat(subscription.settle(delivery, retry("error of order " + attempt)))
            .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
      }
    }

    assertThat(Duration.between(published, Instant.now()))
        .as("one second, then ten, and not the sixty that come next")
        .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(60));
    Map<String, Object> headers = deadLetter().getProps().getHeaders();
    assertThat(headers.get("kx-dead-reason")).hasToString("ATTEMPTS_EXHAUSTED");
    assertThat(headers.get("kx-attempts")).isEqualTo(3L);
    assertThat(headers.get("kx-first-error")).hasToString("error of order 1");
    assertThat(headers.get("kx-last-error")).hasToString("error of order 3");
    assertThat((List<?>) headers.get("kx-attempt-times")).hasSize(3);
    assertThat(headers.get("kx-dead-queue")).hasToString(QUEUE);
    assertThat(String.valueOf(headers.get("kx-fingerprint"))).matches("[0-9a-f]{32}");
    assertThat(queues())
        .containsExactlyInAnyOrder(QUEUE, DEAD, "kryonix.retry.1s", "kryonix.retry.10s");
  }

  @Test
  void aDelayOfItsOwnIsKept() throws Exception {
    publish("one");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery first = subscription.next();
      Instant failed = Instant.now();
      Nack inThirteen = retry("later").toBuilder().setDelay(Durations.fromMillis(13_000)).build();
      assertThat(subscription.settle(first, inThirteen))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);

      Delivery again = subscription.next();

      assertThat(again.getAttempt()).isEqualTo(2);
      assertThat(Duration.between(failed, Instant.now()).toMillis()).isBetween(12_400L, 60_000L);
      Instant failedAgain = Instant.now();
      Nack atOnce = retry("now").toBuilder().setDelay(Durations.ZERO).build();
      subscription.settle(again, atOnce);
      assertThat(subscription.next().getAttempt()).isEqualTo(3);
      assertThat(Duration.between(failedAgain, Instant.now()))
          .as("without the ten seconds that come next")
          .isLessThan(Duration.ofMillis(9900));
    }
  }

  @Test
  void aConsumerThatIsLostThreeTimesLeavesADeadLetterAndNoLoop() throws Exception {
    publish("one");
    for (int attempt = 1; attempt <= 3; attempt++) {
      try (Subscription lost = messaging.subscribe(tenant, QUEUE)) {
        assertThat(lost.next().getAttempt()).isEqualTo(attempt);
      }
    }

    Map<String, Object> headers = deadLetter().getProps().getHeaders();
    assertThat(headers.get("kx-dead-reason")).hasToString("ATTEMPTS_EXHAUSTED");
    assertThat(headers.get("kx-last-error")).hasToString("the consumer went away");
    assertThat(messaging.ready(tenant, QUEUE)).isZero();
  }

  /**
   * As in a rolling update: what consumers hold is settled in time or goes to the other replica.
   */
  @Test
  void aServiceThatIsStoppedCountsNoAttempt() throws Exception {
    ServiceProcess stopped = messaging.replica(folder.resolve("stopped"));
    String settled = publish("one");
    String open = publish("two");
    Subscription there =
        Subscription.open(
            stopped.channel(),
            messaging.caller(tenant),
            SubscribeStart.newBuilder().addSources(QUEUE).build());
    Delivery first = there.next();
    Delivery second = there.next();
    assertThat(List.of(first.getMessage().getMessageId(), second.getMessage().getMessageId()))
        .containsExactlyInAnyOrder(settled, open);
    // Not the common pool, on which the client of the management API works, too.
    CompletableFuture<Void> stopping =
        CompletableFuture.runAsync(() -> stop(stopped), Thread::startVirtualThread);

    assertThat(there.acknowledge(first)).isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);

    try (Subscription here = messaging.subscribe(tenant, QUEUE)) {
      Delivery again = here.next();
      assertThat(again.getMessage()).isEqualTo(second.getMessage());
      assertThat(again.getAttempt()).isEqualTo(1);
      assertThat(again.getRedelivered()).isTrue();
    }
    stopping.get(50, TimeUnit.SECONDS);
  }

  private static void stop(ServiceProcess service) {
    try {
      service.stop();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLeaseThatRunsOutIsAFailedAttempt() throws Exception {
    publish("one");
    SubscribeStart start =
        SubscribeStart.newBuilder().addSources(QUEUE).setLease(Durations.fromSeconds(1)).build();
    try (Subscription subscription = messaging.subscribe(tenant, start)) {
      Delivery first = subscription.next();
      assertThat(subscription.next().getAttempt()).isEqualTo(2);
      assertThat(subscription.acknowledge(first))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_STALE);
    }
  }

  @Test
  void aRequeuedMessageHasNotBeenTried() throws Exception {
    publish("one");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 5; i++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getAttempt()).isEqualTo(1);
        subscription.giveBack(delivery, NackAction.NACK_ACTION_REQUEUE);
      }
      assertThat(subscription.acknowledge(subscription.next()))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }

  @Test
  void aDroppedMessageIsADeadLetterAtOnce() throws Exception {
    publish("one");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Nack drop =
          Nack.newBuilder().setAction(NackAction.NACK_ACTION_DROP).setError("not for us").build();
      assertThat(subscription.settle(subscription.next(), drop))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
    Map<String, Object> headers = deadLetter().getProps().getHeaders();
    assertThat(headers.get("kx-dead-reason")).hasToString("DROPPED");
    assertThat(headers.get("kx-attempts")).isEqualTo(0L);
    assertThat(headers.get("kx-last-error")).hasToString("not for us");
  }

  @Test
  void aMessageWhoseBytesWereChangedIsADeadLetter() throws Exception {
    publish("one");
    change(
        taken -> taken.getProps(),
        body -> {
          byte[] other = body.clone();
          other[0]++;
          return other;
        });

    Subscription subscription = messaging.subscribe(tenant, QUEUE);
    Map<String, Object> headers = deadLetter().getProps().getHeaders();
    subscription.close();
    assertThat(headers.get("kx-dead-reason")).hasToString("CORRUPT");
  }

  @Test
  void headersOfAnyFormHarmNobody() throws Exception {
    publish("one");
    change(
        taken -> {
          Map<String, Object> headers = new HashMap<>(taken.getProps().getHeaders());
          headers.put("kx-attempts", "many");
          headers.put("kx-attempt-times", List.of("yesterday", Long.MAX_VALUE));
          headers.put("kx-due", Long.MAX_VALUE);
          headers.put("kx-passes", -7L);
          headers.put("x-death", "mine");
          return taken.getProps().builder().headers(headers).build();
        },
        body -> body);

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getAttempt()).isEqualTo(1);
      Nack soon = retry("once").toBuilder().setDelay(Durations.ZERO).build();
      assertThat(subscription.settle(delivery, soon))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
      assertThat(subscription.next().getAttempt()).isEqualTo(2);
    }
  }

  @Test
  void anAttributeIsNeverTakenForAHeaderOfOurs() throws Exception {
    messaging
        .stub(tenant)
        .publish(message("one").toBuilder().putAttributes("kx-attempts", "2").build());
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getAttempt()).isEqualTo(1);
      assertThat(delivery.getMessage().getAttributesMap()).containsEntry("kx-attempts", "2");
    }
  }

  @Test
  void aMessageStaysWithItsConsumerWhileTheDeadLettersAreFull() throws Exception {
    tenant = messaging.newTenantOfQueueDepth(1);
    String first = publish("one");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Nack drop = Nack.newBuilder().setAction(NackAction.NACK_ACTION_DROP).build();
      SettlementOutcome outcome = SettlementOutcome.SETTLEMENT_OUTCOME_OK;
      Delivery last = subscription.next();
      assertThat(last.getMessage().getMessageId()).isEqualTo(first);
      int dropped = 0;
      while ((outcome = subscription.settle(last, drop))
          == SettlementOutcome.SETTLEMENT_OUTCOME_OK) {
        assertThat(++dropped).as("ten times the depth, and a few in flight").isLessThan(100);
        publish("next");
        last = subscription.next();
      }
      assertThat(outcome).isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_TEMPORARILY_FAILED);
      assertThat(subscription.acknowledge(last))
          .as("still the consumer's")
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
    }
  }

  private static Nack retry(String error) {
    return Nack.newBuilder().setAction(NackAction.NACK_ACTION_RETRY).setError(error).build();
  }

  private static PublishRequest message(String text) {
    return PublishRequest.newBuilder()
        .setModule("agendamento")
        .setOperation("reminders.send")
        .setPriority(5)
        .setData(ByteString.copyFromUtf8(text))
        .putAttributes("canal", "sms")
        .build();
  }

  private String publish(String text) throws Exception {
    return messaging.stub(tenant).publish(message(text)).getMessageId();
  }

  private Set<String> queues() throws Exception {
    Set<String> names = new TreeSet<>();
    Messaging.management()
        .get(ManagementApi.path("queues", Messaging.vhost(tenant)) + "?columns=name")
        .orElseThrow()
        .getAsJsonArray()
        .forEach(queue -> names.add(queue.getAsJsonObject().get("name").getAsString()));
    return names;
  }

  private GetResponse deadLetter() throws Exception {
    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant))) {
      await(DEAD).atMost(PATIENCE).until(() -> queues().contains(DEAD));
      try (Channel channel = connection.createChannel()) {
        return await(DEAD)
            .atMost(PATIENCE)
            .until(() -> channel.basicGet(DEAD, false), found -> found != null);
      }
    }
  }

  /** As somebody who has the tenant's broker user. */
  private void change(Properties properties, Body body) throws Exception {
    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant));
        Channel channel = connection.createChannel()) {
      GetResponse taken = channel.basicGet(QUEUE, true);
      channel.confirmSelect();
      channel.basicPublish("", QUEUE, properties.of(taken), body.of(taken.getBody()));
      channel.waitForConfirmsOrDie(PATIENCE.toMillis());
    }
  }

  @FunctionalInterface
  private interface Properties {
    BasicProperties of(GetResponse taken);
  }

  @FunctionalInterface
  private interface Body {
    byte[] of(byte[] stored);
  }
}
