package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Queues come when they are used, and go when they are not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RetirementIT {
  private static final String QUEUE = "crm.leads.create";

  /** Made wherever a message waits when the service looks, which it does every second here. */
  private static final String DEAD = "crm.dead";

  /** The broker's statistics are some seconds old, and come into it several times. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private Messaging messaging;
  private DesiredTenant tenant;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    messaging =
        new Messaging(
            folder,
            Map.of(
                // Nobody else looks into the queues of dead letters meanwhile.
                "KRYONIX_DEAD_LETTERS_SWEEP", "1h",
                "KRYONIX_QUEUES_RETIRE_AFTER", "4s",
                "KRYONIX_QUEUES_LOOK", "1s",
                "KRYONIX_QUEUES_SETTLE", "6s"));
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
  void everythingThatATenantUsedGoesWhenItIsUsedNoMore() throws Exception {
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      publish(9);
      publish(1);
      subscription.acknowledge(subscription.next());
      Delivery failed = subscription.next();
      subscription.settle(
          failed, Nack.newBuilder().setAction(NackAction.NACK_ACTION_RETRY).build());
      subscription.acknowledge(subscription.next());
      assertThat(queues())
          .contains(QUEUE + ".high", QUEUE + ".low", "kryonix.retry.1s")
          .isSubsetOf(QUEUE + ".high", QUEUE + ".low", "kryonix.retry.1s", DEAD);
    }

    await().atMost(PATIENCE).until(() -> queues().isEmpty());

    publish(9);
    assertThat(queues()).contains(QUEUE + ".high").isSubsetOf(QUEUE + ".high", DEAD);
  }

  @Test
  void aQueueThatHasAMessageOrAConsumerStays() throws Exception {
    publish(5);
    try (Subscription subscription = messaging.subscribe(tenant, "crm.tasks.assign")) {
      messaging
          .stub(tenant)
          .publish(
              PublishRequest.newBuilder()
                  .setModule("crm")
                  .setOperation("tasks.assign")
                  .setPriority(5)
                  .build());
      subscription.acknowledge(subscription.next());
      publish(9);
      pullAll();

      await().atMost(PATIENCE).until(() -> !queues().contains(QUEUE + ".high"));

      assertThat(queues()).contains("crm.tasks.assign");
    }
  }

  @Test
  void whereMessagesWaitThereIsAPlaceForTheirDeadLetters() throws Exception {
    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setPriority(5)
                .setTtl(Durations.fromSeconds(2))
                .build());
    assertThat(queues()).contains(DEAD);
    await().atMost(PATIENCE).until(() -> messaging.ready(tenant, DEAD) == 1);

    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("agendamento")
                .setOperation("reminders.send")
                .build());
    await().atMost(PATIENCE).until(() -> queues().contains("agendamento.dead"));
  }

  /** Whatever the moment at which a queue is retired, a confirmed message is there. */
  @Test
  void noConfirmedMessageIsLostWhileQueuesComeAndGo() throws Exception {
    Set<String> confirmed = new HashSet<>();
    Set<String> received = new HashSet<>();
    Instant end = Instant.now().plusSeconds(25);
    int pause = 3000;
    while (Instant.now().isBefore(end)) {
      confirmed.add(publish(5));
      received.addAll(pullAll());
      pause = pause >= 13_000 ? 3000 : pause + 1700;
      Instant next = Instant.now().plusMillis(pause);
      await().atMost(PATIENCE).until(() -> Instant.now().isAfter(next));
    }
    await()
        .untilAsserted(
            () -> {
              received.addAll(pullAll());
              assertThat(received).isEqualTo(confirmed);
            });
  }

  private Set<String> pullAll() throws Exception {
    Set<String> ids = new HashSet<>();
    for (Delivery delivery :
        messaging
            .stub(tenant)
            .pull(
                PullRequest.newBuilder()
                    .addSources(QUEUE)
                    .setMaxMessages(100)
                    .setWait(Durations.fromSeconds(3))
                    .build())
            .getDeliveriesList()) {
      ids.add(delivery.getMessage().getMessageId());
      messaging
          .stub(tenant)
          .acknowledge(
              AcknowledgeRequest.newBuilder().addAckTokens(delivery.getAckToken()).build());
    }
    return ids;
  }

  private String publish(int priority) throws Exception {
    return messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setPriority(priority)
                .setData(ByteString.copyFromUtf8("n"))
                .build())
        .getMessageId();
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
}
