package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.DeadLetter;
import dev.kryonix.api.messaging.v1.DeadLetterFilter;
import dev.kryonix.api.messaging.v1.DeadLetterGroup;
import dev.kryonix.api.messaging.v1.DeadLetterReason;
import dev.kryonix.api.messaging.v1.DeadLetterView;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.DropDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListDeadLettersRequest;
import dev.kryonix.api.messaging.v1.ListDeadLettersResponse;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersRequest;
import dev.kryonix.api.messaging.v1.RedriveDeadLettersResponse;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.AppendAuditEventRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.Context;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters: looked at, published again and dropped, on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeadLettersIT {
  private static final String OPERATION = "leads.create";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final DeadLetterFilter ALL = DeadLetterFilter.getDefaultInstance();

  private Messaging messaging;
  private DesiredTenant tenant;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    // Nobody else takes dead letters in meanwhile.
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
  void lookingAtDeadLettersRemovesNoneAndTellsWhatTheyDiedOf() throws Exception {
    String id = publish(OPERATION, "Ana");
    drop("card 4711 refused");

    DeadLetter letter = list(DeadLetterView.DEAD_LETTER_VIEW_FULL).getDeadLetters(0);
    assertThat(letter.getMessage().getMessageId()).isEqualTo(id);
    assertThat(letter.getMessage().getModule()).isEqualTo("crm");
    assertThat(letter.getMessage().getOperation()).isEqualTo(OPERATION);
    assertThat(letter.getMessage().getData().toStringUtf8()).isEqualTo("Ana");
    assertThat(letter.getMessage().getAttributesMap()).containsEntry("canal", "sms");
    assertThat(letter.getReason()).isEqualTo(DeadLetterReason.DEAD_LETTER_REASON_DROPPED);
    assertThat(letter.getLastError()).isEqualTo("card 4711 refused");
    assertThat(letter.getDeadTime().getSeconds()).isPositive();

    DeadLetter again = list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLetters(0);
    assertThat(again.getDeadLetterId()).isEqualTo(letter.getDeadLetterId());
    assertThat(again.getMessage().getData()).isEmpty();
    assertThat(again.getMessage().getSizeBytes()).isEqualTo(3);
  }

  @Test
  void deadLettersOfTheSameFailureAreOneGroup() throws Exception {
    publish(OPERATION, "a");
    drop("timeout after 512 ms");
    publish(OPERATION, "b");
    drop("timeout after 77 ms");
    publish(OPERATION, "c");
    drop("no such customer");

    List<DeadLetterGroup> groups = list(DeadLetterView.DEAD_LETTER_VIEW_GROUPS).getGroupsList();
    assertThat(groups).extracting(DeadLetterGroup::getCount).containsExactly(2L, 1L);
    assertThat(groups.getFirst().getError()).isEqualTo("timeout after 77 ms");
    assertThat(groups.getFirst().getOperation()).isEqualTo(OPERATION);

    DeadLetterFilter group =
        DeadLetterFilter.newBuilder().setFingerprint(groups.getFirst().getFingerprint()).build();
    assertThat(redrive(redriving(group).build()).getRedriven()).isEqualTo(2);
    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersList())
        .extracting(DeadLetter::getLastError)
        .containsExactly("no such customer");
  }

  @Test
  void pagesHoldEachDeadLetterOnceTheNewestFirst() throws Exception {
    for (int i = 0; i < 7; i++) {
      publish(OPERATION, "n" + i);
    }
    for (int i = 0; i < 7; i++) {
      drop("wrong " + i);
    }
    List<DeadLetter> seen = new ArrayList<>();
    String token = "";
    do {
      ListDeadLettersResponse page =
          messaging
              .stub(tenant)
              .listDeadLetters(
                  ListDeadLettersRequest.newBuilder().setPageSize(3).setPageToken(token).build());
      seen.addAll(page.getDeadLettersList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(seen).extracting(DeadLetter::getDeadLetterId).doesNotHaveDuplicates().hasSize(7);
    assertThat(seen)
        .extracting(
            letter -> letter.getDeadTime().getSeconds() * 1e9 + letter.getDeadTime().getNanos())
        .isSortedAccordingTo(java.util.Comparator.reverseOrder());
  }

  @Test
  void largeDeadLettersComeInSmallPagesAndAreRedrivenAll() throws Exception {
    byte[] large = new byte[1_000_000];
    new Random(1).nextBytes(large);
    for (int i = 0; i < 6; i++) {
      messaging
          .stub(tenant)
          .publish(message(OPERATION, "").setData(ByteString.copyFrom(large)).build());
      drop("too large");
    }
    Set<String> seen = new HashSet<>();
    String token = "";
    do {
      ListDeadLettersResponse page =
          messaging
              .stub(tenant)
              .listDeadLetters(
                  ListDeadLettersRequest.newBuilder().setPageSize(100).setPageToken(token).build());
      assertThat(page.getDeadLettersCount()).isBetween(1, 5);
      page.getDeadLettersList().forEach(letter -> seen.add(letter.getDeadLetterId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(seen).hasSize(6);

    assertThat(redrive(redriving(ALL).build()).getRedriven()).isEqualTo(6);
  }

  @Test
  void aRedrivenMessageComesAsIfItHadNotBeenTriedAndItsRedriveIsAudited() throws Exception {
    String id = publish(OPERATION, "Ana");
    drop("no");

    RedriveDeadLettersResponse done =
        redrive(
            redriving(
                    DeadLetterFilter.newBuilder().setModule("crm").setOperation(OPERATION).build())
                .build());

    assertThat(done.getMatched()).isEqualTo(1);
    assertThat(done.getRedriven()).isEqualTo(1);
    assertThat(done.getFailed()).isZero();
    assertThat(done.getDone()).isTrue();
    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersList()).isEmpty();
    try (Subscription subscription = messaging.subscribe(tenant, "crm.*")) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(id);
      assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("Ana");
      assertThat(delivery.getAttempt()).isEqualTo(1);
      subscription.acknowledge(delivery);
    }
    assertThat(messaging.tenants().audit(tenant))
        .extracting(AppendAuditEventRequest::getAction)
        .containsExactly("MessagingService.RedriveDeadLetters");
    assertThat(messaging.tenants().audit(tenant).getFirst().getDetailsMap())
        .containsEntry("filter.module", "crm");
  }

  @Test
  void aDryRunSaysHowManyAndDoesNothing() throws Exception {
    publish(OPERATION, "a");
    drop("no");

    assertThat(redrive(redriving(ALL).setDryRun(true).build()).getMatched()).isEqualTo(1);
    assertThat(
            messaging
                .stub(tenant)
                .dropDeadLetters(
                    DropDeadLettersRequest.newBuilder().setFilter(ALL).setDryRun(true).build())
                .getDropped())
        .isEqualTo(1);

    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersList()).hasSize(1);
    assertThat(messaging.tenants().audit(tenant)).isEmpty();
  }

  @Test
  void aRedriveKeepsItsRateAndStopsWhenItsCallerLeaves() throws Exception {
    for (int i = 0; i < 30; i++) {
      publish(OPERATION, "n" + i);
    }
    for (int i = 0; i < 30; i++) {
      drop("no");
    }
    Context.CancellableContext context = Context.current().withCancellation();
    long began = System.nanoTime();
    RedriveDeadLettersResponse told =
        context.call(
            () -> {
              Iterator<RedriveDeadLettersResponse> progress =
                  messaging
                      .stub(tenant)
                      .redriveDeadLetters(redriving(ALL).setRatePerSecond(3).build());
              progress.next();
              return progress.next();
            });
    context.cancel(null);

    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertThat(told.getDone()).isFalse();
    assertThat(told.getRedriven()).isPositive().isLessThanOrEqualTo(3 * (took.toSeconds() + 2));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              int left = list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersCount();
              assertThat(left).isPositive();
              // What it held when it was told to stop can be taken again.
              assertThat(redrive(redriving(ALL).setDryRun(true).build()).getMatched())
                  .isEqualTo(left);
            });
    redrive(redriving(ALL).setRatePerSecond(10_000).build());
    assertThat(receive(30)).hasSize(30);
  }

  @Test
  void theSameRequestIdContinuesARedriveAndTakesNothingThatDiedLater() throws Exception {
    publish(OPERATION, "first");
    drop("no");
    RedriveDeadLettersRequest request = redriving(ALL).setRequestId("r1").build();
    assertThat(redrive(request).getRedriven()).isEqualTo(1);
    drop("no again");

    RedriveDeadLettersResponse repeated = redrive(request);

    assertThat(repeated.getRedriven()).isEqualTo(1);
    assertThat(repeated.getDone()).isTrue();
    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersList()).hasSize(1);
    assertRefused(
        () -> redrive(request.toBuilder().setMaxMessages(5).build()),
        Code.ABORTED,
        "REQUEST_ID_REUSED");
  }

  @Test
  void aRedriveWaitsForWhatAnotherHadThatDiedOverItAndMarksItAsPossiblyThere() throws Exception {
    publish(OPERATION, "Ana");
    drop("no");
    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersCount()).isEqualTo(1);
    assertThat(
            Rows.change(
                "UPDATE dead_letters SET claimed_until = now() + interval '3 s' WHERE tenant = ?",
                tenant.getId()))
        .isEqualTo(1);

    RedriveDeadLettersResponse done = redrive(redriving(ALL).setRequestId("r2").build());

    assertThat(done.getRedriven()).isEqualTo(1);
    assertThat(done.getDone()).isTrue();
    try (Subscription subscription = messaging.subscribe(tenant, "crm.*")) {
      Delivery delivery = subscription.next();
      assertThat(delivery.getRedelivered()).isTrue();
      subscription.acknowledge(delivery);
    }
  }

  @Test
  void droppedDeadLettersAreGoneAndARepetitionAnswersTheSame() throws Exception {
    publish(OPERATION, "a");
    drop("no");
    publish(OPERATION, "b");
    drop("no");
    DropDeadLettersRequest request =
        DropDeadLettersRequest.newBuilder().setFilter(ALL).setRequestId("d1").build();

    assertThat(messaging.stub(tenant).dropDeadLetters(request).getDropped()).isEqualTo(2);
    assertThat(messaging.stub(tenant).dropDeadLetters(request).getDropped()).isEqualTo(2);

    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersList()).isEmpty();
    assertThat(messaging.tenants().audit(tenant))
        .extracting(AppendAuditEventRequest::getRequestId)
        .contains("d1");
  }

  @Test
  void aMessageThatWaitedTooLongIsADeadLetterThatHasExpired() throws Exception {
    String id =
        messaging
            .stub(tenant)
            .publish(message(OPERATION, "late").setTtl(Durations.fromMillis(200)).build())
            .getMessageId();

    await()
        .atMost(PATIENCE)
        .until(() -> list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersCount() == 1);
    DeadLetter letter = list(DeadLetterView.DEAD_LETTER_VIEW_FULL).getDeadLetters(0);
    assertThat(letter.getMessage().getMessageId()).isEqualTo(id);
    assertThat(letter.getReason()).isEqualTo(DeadLetterReason.DEAD_LETTER_REASON_EXPIRED);
    assertThat(letter.getMessage().getData().toStringUtf8()).isEqualTo("late");
    assertThat(letter.getAttempts()).isZero();
    assertThat(letter.getFingerprint()).matches("[0-9a-f]{32}");
  }

  @Test
  void aTenantSeesAndTakesOnlyItsOwn() throws Exception {
    publish(OPERATION, "a");
    drop("no");
    list(DeadLetterView.DEAD_LETTER_VIEW_BASIC);
    DesiredTenant other = messaging.newTenant();

    assertThat(
            messaging
                .stub(other)
                .listDeadLetters(ListDeadLettersRequest.getDefaultInstance())
                .getDeadLettersList())
        .isEmpty();
    assertThat(
            messaging
                .stub(other)
                .dropDeadLetters(DropDeadLettersRequest.newBuilder().setFilter(ALL).build())
                .getDropped())
        .isZero();
    assertThat(list(DeadLetterView.DEAD_LETTER_VIEW_BASIC).getDeadLettersList()).hasSize(1);
  }

  @Test
  void wrongFiltersAreRefusedByName() throws Exception {
    assertRefused(
        () -> redrive(redriving(DeadLetterFilter.newBuilder().setModule("nope").build()).build()),
        Code.INVALID_ARGUMENT,
        "MODULE_UNKNOWN");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .listDeadLetters(
                    ListDeadLettersRequest.newBuilder()
                        .setFilter(
                            DeadLetterFilter.newBuilder().setModule("crm").setOperation("nope"))
                        .build()),
        Code.INVALID_ARGUMENT,
        "OPERATION_UNKNOWN");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .listDeadLetters(
                    ListDeadLettersRequest.newBuilder().setPageToken("nonsense").build()),
        Code.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID");
    assertRefused(
        () ->
            redrive(
                redriving(DeadLetterFilter.newBuilder().setModule("marketing").build()).build()),
        Code.FAILED_PRECONDITION,
        "MODULE_NOT_ENABLED");
  }

  /**
   * Takes the next message of the tenant and drops it with that error: not by a subscription, which
   * may have been given another one when it is closed.
   */
  private void drop(String error) throws Exception {
    PullRequest one =
        PullRequest.newBuilder()
            .addSources("crm.*")
            .setMaxMessages(1)
            .setWait(Durations.fromSeconds(20))
            .build();
    Delivery delivery = messaging.stub(tenant).pull(one).getDeliveries(0);
    AcknowledgeRequest drop =
        AcknowledgeRequest.newBuilder()
            .addNacks(
                Nack.newBuilder()
                    .addAckTokens(delivery.getAckToken())
                    .setAction(NackAction.NACK_ACTION_DROP)
                    .setError(error))
            .build();
    assertThat(messaging.stub(tenant).acknowledge(drop).getResults(0).getOutcome())
        .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
  }

  private Set<String> receive(int messages) throws Exception {
    Set<String> ids = new HashSet<>();
    try (Subscription subscription = messaging.subscribe(tenant, "crm.*")) {
      while (ids.size() < messages) {
        Delivery delivery = subscription.next();
        subscription.acknowledge(delivery);
        ids.add(delivery.getMessage().getMessageId());
      }
    }
    return ids;
  }

  private ListDeadLettersResponse list(DeadLetterView view) throws Exception {
    return messaging
        .stub(tenant)
        .listDeadLetters(ListDeadLettersRequest.newBuilder().setView(view).build());
  }

  private static RedriveDeadLettersRequest.Builder redriving(DeadLetterFilter filter) {
    return RedriveDeadLettersRequest.newBuilder().setFilter(filter);
  }

  /** The last that is told. */
  private RedriveDeadLettersResponse redrive(RedriveDeadLettersRequest request) throws Exception {
    RedriveDeadLettersResponse last = RedriveDeadLettersResponse.getDefaultInstance();
    Iterator<RedriveDeadLettersResponse> progress =
        messaging.stub(tenant).redriveDeadLetters(request);
    while (progress.hasNext()) {
      last = progress.next();
    }
    return last;
  }

  private String publish(String operation, String text) throws Exception {
    return messaging.stub(tenant).publish(message(operation, text).build()).getMessageId();
  }

  private static PublishRequest.Builder message(String operation, String text) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation(operation)
        .setPriority(5)
        .putAttributes("canal", "sms")
        .setData(ByteString.copyFromUtf8(text));
  }
}
