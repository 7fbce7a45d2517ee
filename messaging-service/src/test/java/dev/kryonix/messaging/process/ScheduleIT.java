package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.CancelScheduledRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.ListScheduledRequest;
import dev.kryonix.api.messaging.v1.ListScheduledResponse;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.messaging.v1.ScheduledMessage;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Messages for later, with two instances of the service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class ScheduleIT {
  private static final int TENANTS = 15;
  private static final String QUEUE = "crm.leads.create";

  /** A busy machine that has just started everything is slower than the second that is promised. */
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final Duration HOUR = Duration.ofHours(1);

  private final Messaging messaging;
  private final ServiceProcess replica;
  private final Deque<DesiredTenant> tenants = new ArrayDeque<>();
  private DesiredTenant tenant;

  ScheduleIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging = new Messaging(folder, Map.of("KRYONIX_SCHEDULE_MAX_PER_TENANT", "300"));
    for (int i = 0; i < TENANTS; i++) {
      tenants.add(messaging.newTenant());
    }
    replica = messaging.replica(folder.resolve("replica"));
  }

  @BeforeEach
  void takeTenant() {
    tenant = tenants.remove();
  }

  @AfterAll
  void stop() throws InterruptedException {
    replica.stop();
    messaging.stop();
  }

  @Test
  void aMessageIsPublishedSoonAfterItsTimeAndNotBefore() throws Exception {
    try (Subscription subscription = messaging.subscribe(tenant, "crm.*")) {
      // Later than the first publish of a service that has just started takes.
      Instant due = Instant.now().plusSeconds(10);
      PublishResponse answer =
          messaging.stub(tenant).publish(at(due).putAttributes("canal", "sms").build());

      Delivery delivery = subscription.next();

      Instant arrived = Instant.now();
      assertThat(arrived).isBetween(due, due.plus(SOON));
      assertThat(answer.getScheduleId()).isEqualTo(answer.getMessageId());
      assertThat(answer.hasPublishTime()).isFalse();
      assertThat(answer.getQueue()).isEqualTo(QUEUE);
      assertThat(delivery.getMessage().getMessageId()).isEqualTo(answer.getMessageId());
      assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("Ana");
      assertThat(delivery.getMessage().getAttributesMap()).containsEntry("canal", "sms");
      assertThat(delivery.getRedelivered()).isFalse();
      subscription.acknowledge(delivery);
    }
    assertRefused(() -> cancel("no-such-id"), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
  }

  @Test
  void manyAreEachPublishedOnceByTwoInstances() throws Exception {
    int messages = 200;
    Instant due = Instant.now().plusSeconds(4);
    List<PublishRequest> requests = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      requests.add(at(due.plusMillis(i)).build());
    }
    List<PublishResult> results =
        PublishCalls.results(
            PublishCalls.stream(messaging.service().channel(), messaging.caller(tenant), requests));
    assertThat(results).hasSize(messages).allMatch(PublishResult::hasPublished);

    await().ignoreExceptions().until(() -> messaging.ready(tenant, QUEUE) == messages);
    await().during(Duration.ofSeconds(2)).until(() -> messaging.ready(tenant, QUEUE) == messages);
    Set<String> ids = new HashSet<>();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < messages; i++) {
        Delivery delivery = subscription.next();
        ids.add(delivery.getMessage().getMessageId());
        subscription.acknowledge(delivery);
      }
    }
    assertThat(ids)
        .containsExactlyInAnyOrderElementsOf(
            results.stream().map(result -> result.getPublished().getMessageId()).toList());
  }

  @Test
  void theSameScheduleIdReplacesWhatWaits() throws Exception {
    Instant later = Instant.now().plus(HOUR);
    PublishResponse first =
        messaging.stub(tenant).publish(at(later).setScheduleId("lembrete-1").build());
    PublishResponse second =
        messaging
            .stub(tenant)
            .publish(
                at(later.plusSeconds(60))
                    .setScheduleId("lembrete-1")
                    .setData(ByteString.copyFromUtf8("Bia"))
                    .build());

    assertThat(list().getScheduledMessagesList())
        .extracting(ScheduledMessage::getMessageId)
        .containsExactly(second.getMessageId())
        .doesNotContain(first.getMessageId());

    // A time that has passed means now, in the place of what waits.
    messaging.stub(tenant).publish(at(Instant.EPOCH).setScheduleId("lembrete-1").build());
    awaitReady(1);
    // It is in its queue some moments before its row is settled.
    await().untilAsserted(() -> assertThat(list().getScheduledMessagesList()).isEmpty());
  }

  @Test
  void whatIsCancelledIsNotPublishedAndCancellingAgainAnswersTheSame() throws Exception {
    Instant due = Instant.now().plus(HOUR);
    PublishResponse answer = messaging.stub(tenant).publish(at(due).build());

    ScheduledMessage cancelled = cancel(answer.getScheduleId());

    assertThat(cancelled.getMessageId()).isEqualTo(answer.getMessageId());
    assertThat(cancelled.getSizeBytes()).isEqualTo(3);
    assertThat(cancel(answer.getScheduleId())).isEqualTo(cancelled);
    assertThat(list().getScheduledMessagesList()).isEmpty();
    // One that is due later comes, so the one before would have come.
    messaging.stub(tenant).publish(at(due.plusSeconds(1)).setScheduleId("marker").build());
    letAnHourPass();
    awaitReady(1);
    // Until its row is settled, it says that it is being published.
    await()
        .untilAsserted(
            () ->
                assertRefused(() -> cancel("marker"), Code.FAILED_PRECONDITION, "STATE_CONFLICT"));
  }

  @Test
  void pagesAreStableAndFiltered() throws Exception {
    Instant start = Instant.now().plus(HOUR);
    for (int i = 0; i < 25; i++) {
      messaging.stub(tenant).publish(at(start.plusSeconds(i / 5)).build());
    }
    messaging
        .stub(tenant)
        .publish(
            at(start)
                .setModule("agendamento")
                .setOperation("reminders.send")
                .setScheduleId("other")
                .build());
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      ListScheduledResponse page =
          messaging
              .stub(tenant)
              .listScheduled(
                  ListScheduledRequest.newBuilder()
                      .setModule("crm")
                      .setPageSize(7)
                      .setPageToken(token)
                      .build());
      page.getScheduledMessagesList().forEach(each -> seen.add(each.getScheduleId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(seen).hasSize(25).doesNotHaveDuplicates();

    ListScheduledResponse part =
        messaging
            .stub(tenant)
            .listScheduled(
                ListScheduledRequest.newBuilder()
                    .setFromTime(timestamp(start.plusSeconds(1)))
                    .setUntilTime(timestamp(start.plusSeconds(3)))
                    .setPageSize(5)
                    .build());
    assertThat(part.getScheduledMessagesCount()).isEqualTo(5);
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .listScheduled(
                    ListScheduledRequest.newBuilder()
                        .setPageToken(part.getNextPageToken())
                        .build()),
        Code.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .listScheduled(ListScheduledRequest.newBuilder().setPageToken("nonsense").build()),
        Code.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID");
  }

  @Test
  void theSameRequestSchedulesOnce() throws Exception {
    PublishRequest request = at(Instant.now().plus(HOUR)).setRequestId("r1").build();
    PublishResponse first = messaging.stub(tenant).publish(request);

    PublishResponse again = messaging.stub(tenant).publish(request);

    assertThat(again).isEqualTo(first.toBuilder().setDuplicate(true).build());
    assertThat(list().getScheduledMessagesCount()).isEqualTo(1);
  }

  @Test
  void timesThatCannotBeAreRefused() {
    assertRefused(
        () -> messaging.stub(tenant).publish(at(Instant.now().plus(Duration.ofDays(366))).build()),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .publish(
                    at(Instant.now())
                        .setDeliverAt(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE))
                        .build()),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .publish(at(Instant.now()).clearDeliverAt().setScheduleId("x").build()),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD");
  }

  @Test
  void aTimeThatHasPassedMeansNow() throws Exception {
    PublishResponse answer = messaging.stub(tenant).publish(at(Instant.EPOCH).build());

    assertThat(answer.hasPublishTime()).isTrue();
    assertThat(answer.getScheduleId()).isEmpty();
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(1);
  }

  @Test
  void whatIsDueWhileTheTenantIsSuspendedComesWhenItIsServedAgain() throws Exception {
    messaging.stub(tenant).publish(at(Instant.now().plus(HOUR)).build());
    tenant = messaging.tenants().change(tenant, ServingState.SERVING_STATE_SUSPENDED);
    awaitReplicaRefuses(Code.PERMISSION_DENIED, "TENANT_SUSPENDED");
    letAnHourPass();
    awaitTriedInVain();

    tenant = messaging.tenants().change(tenant, ServingState.SERVING_STATE_SERVING);

    awaitReady(1);
  }

  @Test
  void whatCanNeverBePublishedFailsHoldsUpNothingAndIsShownUntilItIsCancelled() throws Exception {
    Instant due = Instant.now().plus(HOUR);
    messaging.stub(tenant).publish(at(due).setScheduleId("corrupt").build());
    messaging.stub(tenant).publish(at(due).setScheduleId("good").build());
    assertThat(
            Rows.change(
                """
                UPDATE scheduled SET sealed = '\\x01', deliver_at = deliver_at - interval '2 hours'
                 WHERE tenant = ? AND schedule_id = 'corrupt'""",
                tenant.getId()))
        .isEqualTo(1);
    letAnHourPass();

    awaitReady(1);
    await()
        .untilAsserted(
            () ->
                assertThat(list().getScheduledMessagesList())
                    .singleElement()
                    .satisfies(
                        failed -> {
                          assertThat(failed.getScheduleId()).isEqualTo("corrupt");
                          assertThat(failed.getFailure()).startsWith("Its content ");
                        }));
    messaging
        .stub(tenant)
        .cancelScheduled(CancelScheduledRequest.newBuilder().setScheduleId("corrupt").build());
    assertThat(list().getScheduledMessagesList()).isEmpty();
  }

  @Test
  void whatIsDueWhileItsModuleIsDisabledComesWhenItIsEnabledAgain() throws Exception {
    messaging.stub(tenant).publish(at(Instant.now().plus(HOUR)).build());
    tenant = messaging.changeModules(tenant, "agendamento");
    awaitReplicaRefuses(Code.FAILED_PRECONDITION, "MODULE_NOT_ENABLED");
    letAnHourPass();
    awaitTriedInVain();

    tenant = messaging.changeModules(tenant, "agendamento", "crm");

    awaitReady(1);
  }

  @Test
  void whoTakesOverFromACrashPublishesUnderTheSameMessageIdAndMarksIt() throws Exception {
    PublishResponse answer = messaging.stub(tenant).publish(at(Instant.now().plus(HOUR)).build());
    // As after a crash while it was being published.
    Rows.change(
        "UPDATE scheduled SET claimed = true, attempts = 1 WHERE message_id = ?",
        answer.getMessageId());
    messaging.stub(tenant).publish(at(Instant.now().plus(HOUR)).setScheduleId("x").build());
    letAnHourPass();

    awaitReady(2);
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 2; i++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getRedelivered())
            .isEqualTo(delivery.getMessage().getMessageId().equals(answer.getMessageId()));
        subscription.acknowledge(delivery);
      }
    }
  }

  @Test
  void noMoreWaitThanMay() throws Exception {
    Instant later = Instant.now().plus(HOUR);
    List<PublishRequest> requests = new ArrayList<>();
    for (int i = 0; i < 301; i++) {
      requests.add(at(later).build());
    }
    List<PublishResult> results =
        PublishCalls.results(
            PublishCalls.stream(messaging.service().channel(), messaging.caller(tenant), requests));

    assertThat(results.getLast().getProblem().getReason()).isEqualTo("QUOTA_EXCEEDED");
    assertThat(results).filteredOn(PublishResult::hasPublished).hasSize(300);
  }

  @Test
  void thePayloadWaitsSealedAndGoesWithTheTenant() throws Exception {
    String secret = "CPF 123.456.789-09";
    PublishResponse answer =
        messaging
            .stub(tenant)
            .publish(at(Instant.now().plus(HOUR)).setData(ByteString.copyFromUtf8(secret)).build());
    assertThat(
            Rows.number(
                "SELECT count(*) FROM scheduled WHERE message_id = ?"
                    + " AND position('CPF'::bytea in sealed) = 0",
                answer.getMessageId()))
        .isEqualTo(1);

    messaging.tenants().remove(tenant);

    assertThat(Rows.number("SELECT count(*) FROM scheduled WHERE tenant = ?", tenant.getId()))
        .isZero();
  }

  /** One of two instances hears of a change later, and publishes what is due until it has. */
  private void awaitReplicaRefuses(Code code, String reason) {
    PublishRequest other =
        PublishRequest.newBuilder().setModule("crm").setOperation("leads.update").build();
    await()
        .untilAsserted(
            () ->
                assertRefused(() -> messaging.stub(tenant, replica).publish(other), code, reason));
  }

  private void awaitTriedInVain() {
    await()
        .until(
            () ->
                Rows.number(
                        """
                        SELECT count(*) FROM scheduled
                         WHERE tenant = ? AND state = 'WAITING' AND attempts > 0 AND NOT claimed""",
                        tenant.getId())
                    == 1);
  }

  /** For what the tenant has scheduled, however long the test took until here. */
  private void letAnHourPass() throws SQLException {
    Rows.change(
        """
        UPDATE scheduled
           SET deliver_at = deliver_at - interval '1 hour', attempt_at = attempt_at - interval '1 hour'
         WHERE tenant = ?""",
        tenant.getId());
    Rows.tellOfSchedule();
  }

  private PublishRequest.Builder at(Instant due) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setPriority(5)
        .setDeliverAt(timestamp(due))
        .setData(ByteString.copyFromUtf8("Ana"));
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }

  private ListScheduledResponse list() throws JOSEException {
    return messaging.stub(tenant).listScheduled(ListScheduledRequest.getDefaultInstance());
  }

  private ScheduledMessage cancel(String id) throws JOSEException {
    return messaging
        .stub(tenant)
        .cancelScheduled(CancelScheduledRequest.newBuilder().setScheduleId(id).build())
        .getScheduledMessage();
  }

  private void awaitReady(long messages) {
    await().ignoreExceptions().until(() -> messaging.ready(tenant, QUEUE) == messages);
  }
}
