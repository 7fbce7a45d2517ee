package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Compression;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.ExtendLease;
import dev.kryonix.api.messaging.v1.ListQueuesRequest;
import dev.kryonix.api.messaging.v1.ListQueuesResponse;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Taking messages without a stream, and settling them wherever the call arrives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class PullIT {
  private static final String QUEUE = "crm.leads.create";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final com.google.protobuf.Duration LONGEST_WAIT = Durations.fromSeconds(30);
  private static final SettlementOutcome OK = SettlementOutcome.SETTLEMENT_OUTCOME_OK;
  private static final SettlementOutcome STALE = SettlementOutcome.SETTLEMENT_OUTCOME_STALE;
  private static final SettlementOutcome INVALID = SettlementOutcome.SETTLEMENT_OUTCOME_INVALID;

  private Path folder;
  private Messaging messaging;
  private @Nullable ServiceProcess other;
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

  /** Started when a test needs it first, and killed by the one that comes last. */
  private ServiceProcess otherInstance() throws IOException {
    ServiceProcess running = other;
    if (running == null) {
      running = messaging.replica(folder.resolve("other"));
      other = running;
    }
    return running;
  }

  @AfterAll
  void stop() throws InterruptedException {
    try {
      messaging.stop();
    } finally {
      if (other != null) {
        other.kill();
      }
    }
  }

  @Test
  void whatIsThereIsAnsweredAtOnceAndNothingIsNoError() throws Exception {
    // The first one connects.
    assertThat(pull(PullRequest.newBuilder())).isEmpty();
    Instant begin = Instant.now();
    assertThat(pull(PullRequest.newBuilder())).isEmpty();
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(15));
    Set<String> published = new HashSet<>();
    for (int i = 0; i < 25; i++) {
      published.add(messaging.publish(tenant));
    }

    List<Delivery> ten = pull(PullRequest.newBuilder());
    List<Delivery> rest = pull(PullRequest.newBuilder().setMaxMessages(100));

    assertThat(ten).as("the default").hasSize(10);
    assertThat(rest).hasSize(15);
    Set<String> received = new HashSet<>();
    for (Delivery each : concat(ten, rest)) {
      received.add(each.getMessage().getMessageId());
    }
    assertThat(received).isEqualTo(published);
    assertThat(acknowledge(concat(ten, rest))).hasSize(25).containsOnly(OK);
    assertThat(acknowledge(concat(ten, rest))).as("again").hasSize(25).containsOnly(OK);
    assertThat(messaging.ready(tenant, QUEUE)).isZero();
  }

  @Test
  void whoWaitsGetsWhatIsPublishedMeanwhile() throws Exception {
    CompletableFuture<List<Delivery>> waiting = waitingPull(tenant);

    String id = messaging.publish(tenant);

    List<Delivery> deliveries = waiting.get(29, TimeUnit.SECONDS);
    assertThat(deliveries).hasSize(1);
    assertThat(deliveries.getFirst().getMessage().getMessageId()).isEqualTo(id);
    assertThat(acknowledge(deliveries)).containsExactly(OK);
  }

  @Test
  void theWaitEndsWithoutMessagesToo() throws Exception {
    Instant begin = Instant.now();
    assertThat(pull(PullRequest.newBuilder().setWait(Durations.fromSeconds(2)))).isEmpty();
    assertThat(Duration.between(begin, Instant.now()).toMillis()).isBetween(1900L, 30_000L);
  }

  @Test
  void theBytesBoundTheAnswerButForOneMessage() throws Exception {
    for (int i = 0; i < 4; i++) {
      messaging.stub(tenant).publish(message(400_000));
    }
    assertThat(pull(PullRequest.newBuilder().setMaxBytes(1_000_000))).hasSize(2);
    assertThat(pull(PullRequest.newBuilder().setMaxBytes(1))).hasSize(1);
    assertThat(pull(PullRequest.newBuilder())).hasSize(1);
  }

  /** The size that counts is that of what the caller gets: a default client takes 4 MiB. */
  @Test
  void messagesThatAreStoredSmallDoNotMakeAnAnswerLarge() throws Exception {
    PublishRequest small = message(900_000).toBuilder().clearCompression().build();
    for (int i = 0; i < 7; i++) {
      messaging.stub(tenant).publish(small);
    }
    assertThat(pull(PullRequest.newBuilder().setMaxMessages(100))).hasSize(3);
    assertThat(pull(PullRequest.newBuilder().setMaxMessages(100).setMaxBytes(2_000_000)))
        .hasSize(2);
    assertThat(pull(PullRequest.newBuilder().setMaxMessages(100))).hasSize(2);
  }

  @Test
  void aLeaseThatRunsOutIsAFailedAttemptAndAnExtendedOneIsNot() throws Exception {
    messaging.publish(tenant);
    messaging.publish(tenant);
    List<Delivery> both =
        pull(PullRequest.newBuilder().setLease(Durations.fromSeconds(15)).setMaxMessages(2));
    Delivery kept = both.getFirst();
    Delivery lost = both.getLast();
    assertThat(
            outcomes(
                AcknowledgeRequest.newBuilder()
                    .addLeaseExtensions(
                        ExtendLease.newBuilder()
                            .addAckTokens(kept.getAckToken())
                            .setLease(Durations.fromSeconds(60)))
                    .build()))
        .containsExactly(OK);

    List<Delivery> again = pull(PullRequest.newBuilder().setWait(LONGEST_WAIT));

    assertThat(again).hasSize(1);
    assertThat(again.getFirst().getMessage()).isEqualTo(lost.getMessage());
    assertThat(again.getFirst().getAttempt()).isEqualTo(2);
    assertThat(acknowledge(List.of(lost, kept))).containsExactly(STALE, OK);
  }

  @Test
  void oneRequestSettlesInEveryWayAndEachTokenHasItsResult() throws Exception {
    for (int i = 0; i < 4; i++) {
      messaging.publish(tenant);
    }
    List<Delivery> four = pull(PullRequest.newBuilder());
    AcknowledgeRequest request =
        AcknowledgeRequest.newBuilder()
            .addAckTokens(four.get(0).getAckToken())
            .addAckTokens("bm9uc2Vuc2U")
            .addNacks(
                Nack.newBuilder()
                    .setAction(NackAction.NACK_ACTION_DROP)
                    .addAckTokens(four.get(1).getAckToken()))
            .addNacks(
                Nack.newBuilder()
                    .setAction(NackAction.NACK_ACTION_RETRY)
                    .setDelay(Durations.ZERO)
                    .addAckTokens(four.get(2).getAckToken()))
            .addLeaseExtensions(
                ExtendLease.newBuilder()
                    .setLease(Durations.fromSeconds(30))
                    .addAckTokens(four.get(3).getAckToken()))
            .build();

    assertThat(outcomes(request)).containsExactlyInAnyOrder(OK, INVALID, OK, OK, OK);
    assertThat(messaging.ready(tenant, "crm.dead")).isEqualTo(1);
    assertThat(pull(PullRequest.newBuilder().setWait(LONGEST_WAIT)))
        .singleElement()
        .satisfies(
            again ->
                assertThat(again.getMessage().getMessageId())
                    .isEqualTo(four.get(2).getMessage().getMessageId()));
  }

  @Test
  void aRequestThatSettlesNothingIsRefused() throws Exception {
    assertRefused(
        () -> messaging.stub(tenant).acknowledge(AcknowledgeRequest.getDefaultInstance()),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD");
  }

  /**
   * The queue of a cancelled consumer forgets it when the consumer's node dies, and with it what it
   * has: nobody gets that until the queue has another leader.
   */
  @Test
  void theConsumerThroughWhichAPullGotItsMessageStaysUntilThatIsSettled() throws Exception {
    messaging.publish(tenant);
    assertThat(acknowledge(pull(PullRequest.newBuilder()))).containsExactly(OK);
    CompletableFuture<List<Delivery>> waiting = waitingPull(tenant);
    await().atMost(PATIENCE).until(() -> consumers(tenant).contains(QUEUE));
    messaging.publish(tenant);
    List<Delivery> held = waiting.get();
    assertThat(held).hasSize(1);

    assertThat(consumers(tenant)).containsExactly(QUEUE);
    messaging.publish(tenant);
    List<Delivery> next = pull(PullRequest.newBuilder());
    assertThat(next).as("what comes later is for others").hasSize(1);
    assertThat(acknowledge(held)).containsExactly(OK);
    await().atMost(PATIENCE).until(() -> consumers(tenant).isEmpty());
    assertThat(acknowledge(next)).containsExactly(OK);
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void aWaitingPullJoinsALaneThatAnotherInstanceMakes() throws Exception {
    messaging.stub(tenant).publish(message(1).toBuilder().setPriority(9).build());
    assertThat(acknowledge(pull(PullRequest.newBuilder()))).containsExactly(OK);
    ServiceProcess maker = otherInstance();
    awaitServed(tenant, maker);
    CompletableFuture<List<Delivery>> waiting = waitingPull(tenant);
    await().atMost(PATIENCE).until(() -> consumers(tenant).contains(QUEUE + ".high"));

    String id =
        messaging
            .stub(tenant, maker)
            .publish(message(1).toBuilder().setPriority(1).build())
            .getMessageId();

    List<Delivery> deliveries = waiting.get();
    assertThat(deliveries).hasSize(1);
    assertThat(deliveries.getFirst().getMessage().getMessageId()).isEqualTo(id);
    assertThat(acknowledge(deliveries)).containsExactly(OK);
  }

  /** Last, as it takes the other instance away. */
  @Test
  @Order(Integer.MAX_VALUE)
  void anotherInstanceSettlesWhatThisOneDeliveredUntilItDies() throws Exception {
    ServiceProcess other = otherInstance();
    DesiredTenant shared = messaging.newTenant();
    awaitServed(tenant, messaging.service());
    awaitServed(shared, messaging.service());
    awaitServed(shared, other);
    for (int i = 0; i < 4; i++) {
      messaging.publish(shared);
    }
    List<Delivery> theirs =
        messaging
            .stub(shared, other)
            .pull(PullRequest.newBuilder().addSources(QUEUE).build())
            .getDeliveriesList();
    assertThat(theirs).hasSize(4);

    assertThat(acknowledge(shared, theirs.subList(0, 1))).containsExactly(OK);
    assertThat(
            messaging
                .stub(shared)
                .acknowledge(
                    AcknowledgeRequest.newBuilder()
                        .addNacks(
                            Nack.newBuilder()
                                .setAction(NackAction.NACK_ACTION_DROP)
                                .setError("no")
                                .addAckTokens(theirs.get(1).getAckToken()))
                        .build())
                .getResults(0)
                .getOutcome())
        .isEqualTo(OK);
    assertThat(messaging.ready(shared, "crm.dead")).isEqualTo(1);
    assertThat(acknowledge(tenant, theirs.subList(2, 3)))
        .as("another tenant's")
        .containsExactly(INVALID);
    try (Subscription stream =
        messaging.subscribe(shared, SubscribeStart.newBuilder().addSources(QUEUE).build())) {
      assertThat(stream.acknowledge(theirs.get(2))).isEqualTo(OK);
    }

    // An answer says that the broker has been told, which takes the word when it reads it.
    await().atMost(PATIENCE).until(() -> unacknowledged(shared) == 1);
    other.kill();

    // Until the broker has noticed that it has gone, whether it takes the token is not known.
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(acknowledge(shared, theirs.subList(3, 4)))
                    .as("genuine, and of a process that is no more")
                    .containsExactly(STALE));
    assertThat(
            messaging
                .stub(shared)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .pull(PullRequest.newBuilder().addSources(QUEUE).setWait(LONGEST_WAIT).build())
                .getDeliveriesList())
        .singleElement()
        .satisfies(
            again -> {
              assertThat(again.getMessage()).isEqualTo(theirs.get(3).getMessage());
              assertThat(again.getRedelivered()).isTrue();
              assertThat(again.getAttempt()).isEqualTo(1);
            });
  }

  @Test
  void aFilterLetsTheOthersHaveWhatItDoesNotWant() throws Exception {
    for (String canal : List.of("sms", "email", "sms")) {
      messaging.stub(tenant).publish(message(1).toBuilder().putAttributes("canal", canal).build());
    }
    SubscribeStart onlyEmail =
        SubscribeStart.newBuilder().addSources(QUEUE).putAttributes("canal", "email").build();
    try (Subscription filtered = messaging.subscribe(tenant, onlyEmail)) {
      Delivery email = filtered.next();
      assertThat(email.getMessage().getAttributesMap()).containsEntry("canal", "email");
      assertThat(filtered.acknowledge(email)).isEqualTo(OK);

      List<Delivery> others = new ArrayList<>();
      Instant end = Instant.now().plusSeconds(60);
      while (others.size() < 2 && Instant.now().isBefore(end)) {
        others.addAll(pull(PullRequest.newBuilder().setWait(Durations.fromSeconds(5))));
      }

      assertThat(others).hasSize(2).allSatisfy(each -> assertThat(each.getAttempt()).isEqualTo(1));
      assertThat(acknowledge(others)).containsOnly(OK);
    }
  }

  /** Of two instances, one makes a tenant, and the other hears of it later. */
  private void awaitServed(DesiredTenant of, ServiceProcess by) {
    await("the instance serves the tenant")
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(
            () -> messaging.stub(of, by).listQueues(ListQueuesRequest.getDefaultInstance()),
            ListQueuesResponse::isInitialized);
  }

  private CompletableFuture<List<Delivery>> waitingPull(DesiredTenant of) {
    PullRequest request = PullRequest.newBuilder().addSources(QUEUE).setWait(LONGEST_WAIT).build();
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return messaging
                .stub(of)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .pull(request)
                .getDeliveriesList();
          } catch (JOSEException e) {
            throw new IllegalStateException(e);
          }
        },
        // Not the common pool, on which the client of the management API works, too.
        Thread::startVirtualThread);
  }

  /** The queues that have a consumer, one for each, without those that are cancelled. */
  private static List<String> consumers(DesiredTenant of) throws ManagementException {
    return Messaging.management()
        .list(ManagementApi.path("consumers", Messaging.vhost(of)))
        .stream()
        .map(consumer -> consumer.getAsJsonObject("queue").get("name").getAsString())
        .toList();
  }

  private List<Delivery> pull(PullRequest.Builder request) throws Exception {
    return messaging
        .stub(tenant)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .pull(request.addSources(QUEUE).build())
        .getDeliveriesList();
  }

  private List<SettlementOutcome> acknowledge(List<Delivery> deliveries) throws Exception {
    return acknowledge(tenant, deliveries);
  }

  private List<SettlementOutcome> acknowledge(DesiredTenant of, List<Delivery> deliveries)
      throws Exception {
    AcknowledgeRequest.Builder request = AcknowledgeRequest.newBuilder();
    deliveries.forEach(each -> request.addAckTokens(each.getAckToken()));
    return messaging.stub(of).acknowledge(request.build()).getResultsList().stream()
        .map(result -> result.getOutcome())
        .toList();
  }

  private List<SettlementOutcome> outcomes(AcknowledgeRequest request) throws Exception {
    return messaging.stub(tenant).acknowledge(request).getResultsList().stream()
        .map(result -> result.getOutcome())
        .toList();
  }

  private static List<Delivery> concat(List<Delivery> some, List<Delivery> more) {
    List<Delivery> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private static PublishRequest message(int bytes) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setPriority(5)
        .setData(ByteString.copyFrom(new byte[bytes]))
        .setCompression(Compression.COMPRESSION_NONE)
        .build();
  }

  /** How many messages of the queue consumers have, as the broker itself counts. */
  private static long unacknowledged(DesiredTenant tenant) throws ManagementException {
    String path =
        ManagementApi.path("queues", Messaging.vhost(tenant))
            + "?columns=name,messages_unacknowledged&disable_stats=true&enable_queue_totals=true";
    return Messaging.management().list(path).stream()
        .filter(queue -> queue.get("name").getAsString().equals(QUEUE))
        .mapToLong(queue -> queue.get("messages_unacknowledged").getAsLong())
        .sum();
  }
}
