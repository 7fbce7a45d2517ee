package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.DeadLetter;
import dev.kryonix.api.messaging.v1.DeadLetterReason;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.FlowLimits;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.PurgeQueueRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Messages with an ordering key, on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OrderIT {
  private static final String QUEUE = "crm.leads.create";
  private static final SettlementOutcome OK = SettlementOutcome.SETTLEMENT_OUTCOME_OK;

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
  void eachKeyComesInOrderOneAtATimeAndKeysGoBesideEachOther() throws Exception {
    for (int i = 0; i < 5; i++) {
      publish("a", "a" + i);
      publish("b", "b" + i);
    }
    Map<String, List<String>> received = new HashMap<>();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery first = subscription.next();
      Delivery other = subscription.next();
      assertThat(List.of(key(first), key(other))).containsExactlyInAnyOrder("a", "b");
      List<Delivery> held = new ArrayList<>(List.of(first, other));
      while (!held.isEmpty()) {
        Delivery done = held.removeFirst();
        received.computeIfAbsent(key(done), unused -> new ArrayList<>()).add(text(done));
        assertThat(subscription.acknowledge(done)).isEqualTo(OK);
        if (received.values().stream().mapToInt(List::size).sum() + held.size() < 10) {
          held.add(subscription.next());
        }
      }
    }
    assertThat(received.get("a")).containsExactly("a0", "a1", "a2", "a3", "a4");
    assertThat(received.get("b")).containsExactly("b0", "b1", "b2", "b3", "b4");
  }

  @Test
  void aFailedMessageParksItsKeyAndTheOthersGoOn() throws Exception {
    publish("a", "a0");
    publish("a", "a1");
    SubscribeStart one =
        SubscribeStart.newBuilder()
            .addSources(QUEUE)
            .setFlowLimits(FlowLimits.newBuilder().setMaxMessages(1))
            .build();
    try (Subscription subscription = messaging.subscribe(tenant, one)) {
      Delivery a0 = subscription.next();
      Nack later =
          Nack.newBuilder()
              .setAction(NackAction.NACK_ACTION_RETRY)
              .setDelay(Durations.fromSeconds(10))
              .setError("not yet")
              .build();
      publish("b", "b0");
      Instant parked = Instant.now();
      assertThat(subscription.settle(a0, later)).isEqualTo(OK);

      Delivery b0 = subscription.next();
      assertThat(text(b0)).as("while the other key waits").isEqualTo("b0");
      subscription.acknowledge(b0);
      Delivery again = nextOf(subscription, "a");

      assertThat(Duration.between(parked, Instant.now())).isGreaterThan(Duration.ofMillis(9900));
      assertThat(text(again)).as("before a1").isEqualTo("a0");
      assertThat(again.getAttempt()).isEqualTo(2);
      assertThat(again.getAckToken()).isNotEqualTo(a0.getAckToken());
      subscription.acknowledge(again);
      assertThat(text(nextOf(subscription, "a"))).isEqualTo("a1");
    }
  }

  @Test
  void aMessageThatExhaustsItsAttemptsIsADeadLetterAndItsKeyGoesOn() throws Exception {
    publish("a", "a0");
    publish("a", "a1");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Nack atOnce =
          Nack.newBuilder()
              .setAction(NackAction.NACK_ACTION_RETRY)
              .setDelay(Durations.ZERO)
              .setError("never")
              .build();
      for (int attempt = 1; attempt <= 3; attempt++) {
        Delivery delivery = subscription.next();
        assertThat(text(delivery)).isEqualTo("a0");
        assertThat(delivery.getAttempt()).isEqualTo(attempt);
        assertThat(subscription.settle(delivery, atOnce)).isEqualTo(OK);
      }
      assertThat(text(subscription.next())).isEqualTo("a1");
      assertThat(messaging.ready(tenant, "crm.dead")).isEqualTo(1);
    }
  }

  @Test
  void aMessageThatWaitsTooLongBehindItsKeyIsADeadLetterAndItsKeyGoesOn() throws Exception {
    publish("a", "a0");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery a0 = subscription.next();
      messaging.stub(tenant).publish(message("a", "a1").setTtl(Durations.fromSeconds(2)).build());
      Instant over = Instant.now().plusSeconds(2);
      publish("a", "a2");
      publish("b", "b0");
      assertThat(text(subscription.next())).as("behind which a1 and a2 wait").isEqualTo("b0");
      await().until(() -> Instant.now().isAfter(over));

      assertThat(subscription.acknowledge(a0)).isEqualTo(OK);

      assertThat(text(subscription.next())).isEqualTo("a2");
      assertThat(
              messaging
                  .stub(tenant)
                  .listDeadLetters(ListDeadLettersRequest.getDefaultInstance())
                  .getDeadLettersList())
          .extracting(DeadLetter::getReason)
          .containsExactly(DeadLetterReason.DEAD_LETTER_REASON_EXPIRED);
    }
  }

  @Test
  void aPurgeTakesWhatWaitsBehindAKeyOrForARetry() throws Exception {
    purgeWhileConsumedAt(messaging.service());
  }

  @Test
  void aPurgeTakesWhatWaitsInAnotherReplica() throws Exception {
    ServiceProcess other = messaging.replica(folder.resolve("purged"));
    try {
      purgeWhileConsumedAt(other);
    } finally {
      other.kill();
    }
  }

  private void purgeWhileConsumedAt(ServiceProcess replica) throws Exception {
    publish("a", "a0");
    publish("a", "a1");
    publish("a", "a2");
    publish("b", "b0");
    SubscribeStart start = SubscribeStart.newBuilder().addSources(QUEUE).build();
    try (Subscription subscription =
        Subscription.open(replica.channel(), messaging.caller(tenant), start)) {
      Delivery a0 = subscription.next();
      Delivery b0 = subscription.next();
      assertThat(List.of(text(a0), text(b0))).containsExactly("a0", "b0");
      Nack later =
          Nack.newBuilder()
              .setAction(NackAction.NACK_ACTION_RETRY)
              .setDelay(Durations.fromSeconds(600))
              .build();
      assertThat(subscription.settle(b0, later)).isEqualTo(OK);
      // The broker's statistics, by which the replica is found, are some seconds old.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  !Messaging.management()
                      .list(ManagementApi.path("consumers", Messaging.vhost(tenant)))
                      .isEmpty());

      assertThat(
              messaging
                  .stub(tenant)
                  .purgeQueue(PurgeQueueRequest.newBuilder().setQueue(QUEUE).build())
                  .getPurged())
          .as("a1, a2 and b0")
          .isEqualTo(3);

      publish("b", "b1");
      assertThat(text(subscription.next())).as("its key is free").isEqualTo("b1");
      assertThat(subscription.acknowledge(a0)).as("held by a consumer").isEqualTo(OK);
      publish("a", "a3");
      assertThat(text(subscription.next())).isEqualTo("a3");
    }
  }

  @Test
  void aLostConsumerParksItsKeyForTheNext() throws Exception {
    publish("a", "a0");
    publish("a", "a1");
    try (Subscription lost = messaging.subscribe(tenant, QUEUE)) {
      assertThat(text(lost.next())).isEqualTo("a0");
    }
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery again = subscription.next();
      assertThat(text(again)).isEqualTo("a0");
      assertThat(again.getAttempt()).isEqualTo(2);
      subscription.acknowledge(again);
      assertThat(text(subscription.next())).isEqualTo("a1");
    }
  }

  @Test
  void aRequeuedMessageIsTheNextOfItsKeyAgain() throws Exception {
    publish("a", "a0");
    publish("a", "a1");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      subscription.giveBack(subscription.next(), NackAction.NACK_ACTION_REQUEUE);
      Delivery again = subscription.next();
      assertThat(text(again)).isEqualTo("a0");
      assertThat(again.getAttempt()).isEqualTo(1);
      assertThat(again.getRedelivered()).isTrue();
    }
  }

  @Test
  void pullTakesOneOfEachKey() throws Exception {
    for (int i = 0; i < 3; i++) {
      publish("a", "a" + i);
      publish("b", "b" + i);
    }
    for (int i = 0; i < 3; i++) {
      // A pull answers with what is there, which may be less than there will be.
      List<Delivery> pulled = new ArrayList<>();
      await()
          .until(
              () -> {
                pulled.addAll(pull());
                return pulled.size() >= 2;
              });
      assertThat(pulled.stream().map(OrderIT::text)).containsExactlyInAnyOrder("a" + i, "b" + i);
      acknowledge(pulled);
    }
  }

  @Test
  void pullGivesMessagesWithAKeyTheirTurnWhileThereAreOthers() throws Exception {
    publish("a", "a0");
    publish("b", "b0");
    PullRequest one = PullRequest.newBuilder().addSources("crm.*").setMaxMessages(1).build();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 60 && keys.size() < 2; i++) {
      messaging.publish(tenant);
      messaging.publish(tenant);
      List<Delivery> pulled = messaging.stub(tenant).pull(one).getDeliveriesList();
      assertThat(pulled).as("at once").hasSize(1);
      pulled.stream().map(OrderIT::key).filter(key -> !key.isEmpty()).forEach(keys::add);
      acknowledge(pulled);
    }
    assertThat(keys).containsExactly("a", "b");
  }

  @Test
  void aPullThatHoldsAKeyLeavesTheOtherKeysToTheNext() throws Exception {
    publish("a", "a0");
    publish("a", "a1");
    List<Delivery> held = pull();
    assertThat(held.stream().map(OrderIT::text)).containsExactly("a0");
    publish("b", "b0");

    List<Delivery> other = pull();
    assertThat(other.stream().map(OrderIT::text)).containsExactly("b0");
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      publish("c", "c0");
      assertThat(text(subscription.next())).isEqualTo("c0");
      acknowledge(held);
      assertThat(text(subscription.next())).isEqualTo("a1");
    }
  }

  @Test
  void aSubscriptionGetsOnlyTheMessagesWithItsAttributes() throws Exception {
    SubscribeStart filtered =
        SubscribeStart.newBuilder().addSources(QUEUE).putAttributes("canal", "sms").build();
    try (Subscription sms = messaging.subscribe(tenant, filtered)) {
      publish("a", "a0");
      publish("b", "b0", "sms");
      publish("a", "a1", "sms");
      Delivery first = sms.next();
      assertThat(text(first)).isEqualTo("b0");
      assertThat(sms.acknowledge(first)).isEqualTo(OK);
      List<Delivery> a0 = pull();
      assertThat(a0.stream().map(OrderIT::text)).as("which nobody wanted").containsExactly("a0");
      acknowledge(a0);
      assertThat(text(sms.next())).as("its turn").isEqualTo("a1");
    }
  }

  private void acknowledge(List<Delivery> deliveries) throws JOSEException {
    AcknowledgeRequest.Builder done = AcknowledgeRequest.newBuilder();
    deliveries.forEach(each -> done.addAckTokens(each.getAckToken()));
    assertThat(messaging.stub(tenant).acknowledge(done.build()).getResultsList())
        .allMatch(result -> result.getOutcome() == OK);
  }

  private List<Delivery> pull() throws JOSEException {
    return messaging
        .stub(tenant)
        .pull(PullRequest.newBuilder().addSources(QUEUE).setWait(Durations.fromSeconds(10)).build())
        .getDeliveriesList();
  }

  /** Order and attempts outlive the replica that had the queue, and a second one takes over. */
  @Test
  void anotherReplicaGoesOnInOrderWhenOneIsKilled() throws Exception {
    ServiceProcess other = messaging.replica(folder.resolve("other"));
    IntStream.range(0, 20)
        .forEach(
            i -> {
              try {
                publish("a", "a" + i);
                publish("b", "b" + i);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    SubscribeStart start = SubscribeStart.newBuilder().addSources(QUEUE).build();
    Subscription active = Subscription.open(other.channel(), messaging.caller(tenant), start);
    Delivery a0 = nextOf(active, "a");
    assertThat(text(a0)).isEqualTo("a0");
    Nack later =
        Nack.newBuilder()
            .setAction(NackAction.NACK_ACTION_RETRY)
            .setDelay(Durations.fromSeconds(1))
            .setError("once")
            .build();
    assertThat(active.settle(a0, later)).isEqualTo(OK);
    try (Subscription standby = messaging.subscribe(tenant, start)) {
      other.kill();

      Map<String, List<String>> received = new HashMap<>();
      int attempts = 0;
      while (received.values().stream().mapToInt(List::size).sum() < 40) {
        Delivery delivery = standby.next();
        if (text(delivery).equals("a0")) {
          attempts = delivery.getAttempt();
        }
        received.computeIfAbsent(key(delivery), unused -> new ArrayList<>()).add(text(delivery));
        assertThat(standby.acknowledge(delivery)).isEqualTo(OK);
      }
      for (String key : List.of("a", "b")) {
        assertThat(received.get(key))
            .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> key + i).toList());
      }
      assertThat(attempts).as("the attempt at the killed replica counts").isEqualTo(2);
    }
    await().until(() -> messaging.ready(tenant, QUEUE + ".ordered") == 0);
  }

  private Delivery nextOf(Subscription subscription, String key) throws Exception {
    while (true) {
      Delivery delivery = subscription.next();
      if (key(delivery).equals(key)) {
        return delivery;
      }
    }
  }

  private void publish(String key, String text) throws Exception {
    publish(key, text, "whatsapp");
  }

  private void publish(String key, String text, String channel) throws Exception {
    messaging.stub(tenant).publish(message(key, text).putAttributes("canal", channel).build());
  }

  private static PublishRequest.Builder message(String key, String text) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setOrderingKey(key)
        .setData(ByteString.copyFromUtf8(text));
  }

  private static String key(Delivery delivery) {
    return delivery.getMessage().getOrderingKey();
  }

  private static String text(Delivery delivery) {
    return delivery.getMessage().getData().toStringUtf8();
  }
}
