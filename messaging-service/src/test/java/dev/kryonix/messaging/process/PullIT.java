package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Compression;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.ExtendLease;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.Status.Code;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Taking messages without a stream, and settling them wherever the call arrives. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PullIT {
  private static final String QUEUE = "crm.leads.create";
  private static final SettlementOutcome OK = SettlementOutcome.SETTLEMENT_OUTCOME_OK;
  private static final SettlementOutcome STALE = SettlementOutcome.SETTLEMENT_OUTCOME_STALE;
  private static final SettlementOutcome INVALID = SettlementOutcome.SETTLEMENT_OUTCOME_INVALID;

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
  void whatIsThereIsAnsweredAtOnceAndNothingIsNoError() throws Exception {
    Instant begin = Instant.now();
    assertThat(pull(PullRequest.newBuilder())).isEmpty();
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(3));
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
    CompletableFuture<List<Delivery>> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return pull(PullRequest.newBuilder().setWait(Durations.fromSeconds(15)));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });

    String id = messaging.publish(tenant);

    List<Delivery> deliveries = waiting.get(14, TimeUnit.SECONDS);
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

  @Test
  void aLeaseThatRunsOutIsAFailedAttemptAndAnExtendedOneIsNot() throws Exception {
    messaging.publish(tenant);
    messaging.publish(tenant);
    List<Delivery> both =
        pull(PullRequest.newBuilder().setLease(Durations.fromSeconds(1)).setMaxMessages(2));
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

    List<Delivery> again = pull(PullRequest.newBuilder().setWait(Durations.fromSeconds(10)));

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
    assertThat(pull(PullRequest.newBuilder().setWait(Durations.fromSeconds(5))))
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

  @Test
  void anotherInstanceSettlesWhatThisOneDeliveredUntilItDies() throws Exception {
    // Made before there are two: who comes second to make one is refused, and tries again.
    DesiredTenant shared = messaging.newTenant();
    ServiceProcess other = messaging.replica(folder.resolve("other"));
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

    other.kill();

    assertThat(acknowledge(shared, theirs.subList(3, 4)))
        .as("genuine, and of a process that is no more")
        .containsExactly(STALE);
    assertThat(
            messaging
                .stub(shared)
                .pull(
                    PullRequest.newBuilder()
                        .addSources(QUEUE)
                        .setWait(Durations.fromSeconds(10))
                        .build())
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
      Instant end = Instant.now().plusSeconds(20);
      while (others.size() < 2 && Instant.now().isBefore(end)) {
        others.addAll(pull(PullRequest.newBuilder().setWait(Durations.fromSeconds(5))));
      }

      assertThat(others).hasSize(2).allSatisfy(each -> assertThat(each.getAttempt()).isEqualTo(1));
      assertThat(acknowledge(others)).containsOnly(OK);
    }
  }

  private List<Delivery> pull(PullRequest.Builder request) throws Exception {
    return messaging.stub(tenant).pull(request.addSources(QUEUE).build()).getDeliveriesList();
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
}
