package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Messaging.variable;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.DeadLetterView;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListQueuesRequest;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.testkit.network.Fault;
import dev.kryonix.testkit.network.Fault.Direction;
import dev.kryonix.testkit.network.FaultProxy;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The broker does what it is asked to, and its answer comes when nobody waits for it any more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LateAnswerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** A little less than the management API is waited for. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(9);

  private final FaultProxy broker;
  private final FaultProxy management;
  private final Messaging messaging;

  LateAnswerIT(@TempDir Path folder) throws IOException, JOSEException {
    broker =
        new FaultProxy(
            new InetSocketAddress(
                variable("KRYONIX_RABBITMQ_HOST"),
                Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT"))));
    URI managementUrl = URI.create(variable("KRYONIX_RABBITMQ_MANAGEMENT_URL"));
    management =
        new FaultProxy(new InetSocketAddress(managementUrl.getHost(), managementUrl.getPort()));
    messaging =
        new Messaging(
            folder,
            Map.of(
                "KRYONIX_RABBITMQ_NODES", "127.0.0.1:" + broker.port(),
                "KRYONIX_RABBITMQ_MANAGEMENT_URL", "http://127.0.0.1:" + management.port(),
                // Nobody else takes dead letters in meanwhile.
                "KRYONIX_DEAD_LETTERS_SWEEP", "1h"));
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    messaging.stop();
    broker.close();
    management.close();
  }

  @Test
  void aMessageThatWasGotTooLateIsThereForTheNextPull() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    messaging.publish(tenant);
    // From now on the tenant has a channel from which messages are got.
    acknowledge(tenant, pull(tenant).getFirst());
    String late = messaging.publish(tenant);

    broker.set(new Fault.HalfOpen(Direction.TO_CLIENT));
    try {
      assertRefusedForNow(() -> pull(tenant), Code.UNAVAILABLE, "STORE_UNAVAILABLE");
    } finally {
      broker.heal();
    }

    List<Delivery> pulled = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              pulled.addAll(pull(tenant));
              return !pulled.isEmpty();
            });
    assertThat(pulled.getFirst().getMessage().getMessageId()).isEqualTo(late);
  }

  /** A call that has nothing else to answer with waits for as long as anybody does. */
  @Test
  void whatIsKnownOfDeadLettersIsAnsweredBeforeTheManagementApiIsGivenUp() {
    // Five seconds before, unless the machine pauses for as long.
    await().atMost(PATIENCE.multipliedBy(3)).untilAsserted(this::deadLettersAreAnsweredFirst);
  }

  private void deadLettersAreAnsweredFirst() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String dead = messaging.publish(tenant);
    drop(tenant, pull(tenant).getFirst());
    assertThat(deadLetters(tenant)).containsExactly(dead);
    // Makes a queue, so that what the service knows of queues is out of date.
    messaging
        .stub(tenant)
        .publish(PublishRequest.newBuilder().setModule("crm").setOperation("tasks.assign").build());

    management.set(new Fault.Stall());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting =
          threads.submit(
              () ->
                  assertRefusedForNow(
                      () ->
                          messaging
                              .stub(tenant)
                              .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                              .listQueues(ListQueuesRequest.getDefaultInstance()),
                      Code.UNAVAILABLE,
                      "STORE_UNAVAILABLE"));

      Instant asked = Instant.now();
      assertThat(deadLetters(tenant)).containsExactly(dead);
      assertThat(Duration.between(asked, Instant.now())).isLessThan(GIVEN_UP);

      assertThat(waiting.isDone()).as("the other call has been given up").isFalse();
      waiting.get();
    } finally {
      management.heal();
    }
  }

  private List<String> deadLetters(DesiredTenant tenant) throws JOSEException {
    return messaging
        .stub(tenant)
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .listDeadLetters(
            ListDeadLettersRequest.newBuilder()
                .setView(DeadLetterView.DEAD_LETTER_VIEW_FULL)
                .build())
        .getDeadLettersList()
        .stream()
        .map(letter -> letter.getMessage().getMessageId())
        .toList();
  }

  private void drop(DesiredTenant tenant, Delivery delivery) throws JOSEException {
    AcknowledgeRequest request =
        AcknowledgeRequest.newBuilder()
            .addNacks(
                Nack.newBuilder()
                    .setAction(NackAction.NACK_ACTION_DROP)
                    .setError("no")
                    .addAckTokens(delivery.getAckToken()))
            .build();
    assertThat(messaging.stub(tenant).acknowledge(request).getResults(0).getOutcome())
        .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
  }

  private List<Delivery> pull(DesiredTenant tenant) throws JOSEException {
    return messaging
        .stub(tenant)
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .pull(PullRequest.newBuilder().addSources("crm.leads.create").build())
        .getDeliveriesList();
  }

  private void acknowledge(DesiredTenant tenant, Delivery delivery) throws JOSEException {
    messaging
        .stub(tenant)
        .acknowledge(AcknowledgeRequest.newBuilder().addAckTokens(delivery.getAckToken()).build());
  }
}
