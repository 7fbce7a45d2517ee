package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import com.nimbusds.jose.JOSEException;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.GapReason;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.messaging.v1.ReceiveRequest;
import dev.kryonix.api.messaging.v1.ReceiveResponse;
import dev.kryonix.api.messaging.v1.ReplayDestination;
import dev.kryonix.api.messaging.v1.ReplayRequest;
import dev.kryonix.api.messaging.v1.ReplayResponse;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What was published, shown live and replayed, from a real stream. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HistoryIT {
  /** Five delay queues, the dead letters of nine modules, the history. */
  private static final int OWN_QUEUES = 15;

  private static final String QUEUE = "crm.leads.create";
  private static final String HISTORY = "kryonix.history";

  private final Messaging messaging;
  private DesiredTenant tenant;

  HistoryIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging =
        new Messaging(
            folder, Map.of("KRYONIX_HISTORY_MOST_LAG", "10s", "KRYONIX_HISTORY_KEEP_ALIVE", "1s"));
  }

  @BeforeEach
  void createTenantOfPro() {
    tenant = messaging.tenants().change(messaging.newTenant(), changed -> changed.setPlan("pro"));
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void aPlanWithoutHistoryHasNoneAndSaysSo() throws Exception {
    DesiredTenant basic = messaging.newTenant();
    messaging.publish(basic);

    assertRefused(
        () -> messaging.stub(basic).replay(all().addSources("crm.*").build()).hasNext(),
        Code.FAILED_PRECONDITION,
        "HISTORY_NOT_KEPT");
    assertRefused(
        () ->
            messaging
                .stub(basic)
                .receive(ReceiveRequest.newBuilder().addSources("crm.*").build())
                .hasNext(),
        Code.FAILED_PRECONDITION,
        "HISTORY_NOT_KEPT");
    assertThat(
            Messaging.management()
                .get(ManagementApi.path("queues", Messaging.vhost(basic), HISTORY)))
        .isEmpty();
  }

  @Test
  void allThatWasPublishedIsReplayedInOrderAndFiltered() throws Exception {
    publish(0, 30, Map.of("canal", "sms"));
    Instant between = Instant.now();
    await().pollDelay(Duration.ofMillis(20)).until(() -> true);
    publish(30, 60, Map.of());
    messaging.stub(tenant).publish(lead("other").toBuilder().setOperation("leads.update").build());

    List<ReplayResponse> replayed = replay(all().addSources("crm.leads.create").build());
    assertThat(texts(replayed)).isEqualTo(numbers(0, 60));
    assertThat(replayed).isSortedAccordingTo((a, b) -> Long.compare(a.getOffset(), b.getOffset()));
    assertThat(texts(replay(all().addSources("crm.*").build()))).hasSize(61);
    assertThat(texts(replay(all().addSources(QUEUE).putAttributes("canal", "sms").build())))
        .isEqualTo(numbers(0, 30));
    assertThat(texts(replay(all().addSources(QUEUE).setFromTime(timestamp(between)).build())))
        .isEqualTo(numbers(30, 60));
    Instant toCome = Instant.now().plus(Duration.ofDays(1));
    assertThat(texts(replay(all().addSources(QUEUE).setFromTime(timestamp(toCome)).build())))
        .isEmpty();
    Instant longAgo = Instant.parse("0001-01-01T00:00:00Z");
    assertThat(texts(replay(all().addSources(QUEUE).setFromTime(timestamp(longAgo)).build())))
        .hasSize(60);
    assertThat(texts(replay(all().addSources(QUEUE).setUntilTime(timestamp(between)).build())))
        .isEqualTo(numbers(0, 30));
    assertThat(texts(replay(all().addSources(QUEUE).setMaxMessages(7).build())))
        .isEqualTo(numbers(0, 7));
    long tenth = replayed.get(9).getOffset();
    assertThat(texts(replay(all().addSources(QUEUE).clearStart().setFromOffset(tenth + 1).build())))
        .isEqualTo(numbers(10, 60));
    assertRefused(
        () -> replay(all().addSources(QUEUE).clearStart().setFromOffset(1_000_000).build()),
        Code.OUT_OF_RANGE,
        "HISTORY_POSITION_LOST");
  }

  @Test
  void aReplayIntoTheQueuesPublishesAgainUnderTheSameIdsAndLeavesTheHistoryAsItIs()
      throws Exception {
    publish(0, 20, Map.of());
    List<String> ids = new ArrayList<>();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 20; i++) {
        Delivery delivery = subscription.next();
        ids.add(delivery.getMessage().getMessageId());
        subscription.acknowledge(delivery);
      }

      List<ReplayResponse> progress =
          replay(
              all()
                  .addSources(QUEUE)
                  .setDestination(ReplayDestination.REPLAY_DESTINATION_QUEUES)
                  .build());

      assertThat(progress.getLast().getProgress().getDone()).isTrue();
      assertThat(progress.getLast().getProgress().getPublished()).isEqualTo(20);
      for (int i = 0; i < 20; i++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getMessageId()).isEqualTo(ids.get(i));
        assertThat(delivery.getRedelivered()).isTrue();
        subscription.acknowledge(delivery);
      }
    }
    assertThat(texts(replay(all().addSources(QUEUE).build()))).isEqualTo(numbers(0, 20));
  }

  @Test
  void whatHasAnOrderingKeyIsReplayedInOrder() throws Exception {
    for (int i = 0; i < 5; i++) {
      messaging.stub(tenant).publish(lead("o" + i).toBuilder().setOrderingKey("ana").build());
    }
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 5; i++) {
        subscription.acknowledge(subscription.next());
      }
      replay(
          all()
              .addSources(QUEUE)
              .setDestination(ReplayDestination.REPLAY_DESTINATION_QUEUES)
              .build());
      for (int i = 0; i < 5; i++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("o" + i);
        assertThat(delivery.getMessage().getOrderingKey()).isEqualTo("ana");
        subscription.acknowledge(delivery);
      }
    }
  }

  @Test
  void aReplayIntoAFullQueueStopsAndCanGoOn() throws Exception {
    publish(0, 20, Map.of());
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 20; i++) {
        subscription.acknowledge(subscription.next());
      }
    }
    messaging.changeLimits(tenant, Messaging.limits().toBuilder().setQueueDepth(5).build());

    // The queue may learn of its depth when all of a first replay are in.
    await()
        .untilAsserted(
            () ->
                assertRefused(
                    () ->
                        replay(
                            all()
                                .addSources(QUEUE)
                                .setRatePerSecond(20)
                                .setDestination(ReplayDestination.REPLAY_DESTINATION_QUEUES)
                                .build()),
                    Code.RESOURCE_EXHAUSTED,
                    "QUEUE_FULL"));
  }

  @Test
  void whatIsRefusedIsNotInTheHistory() throws Exception {
    messaging.changeLimits(tenant, Messaging.limits().toBuilder().setQueueDepth(1).build());
    int[] published = {0};
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThatThrownBy(
                        () -> {
                          messaging.publish(tenant);
                          published[0]++;
                        })
                    .isInstanceOf(StatusRuntimeException.class));

    assertThat(replay(all().addSources(QUEUE).build())).hasSize(published[0]);
  }

  @Test
  void aDeletedQueueIsMadeAgainThoughTheHistoryTakesCopies() throws Exception {
    publish(0, 1, Map.of());
    Messaging.management().delete(ManagementApi.path("queues", Messaging.vhost(tenant), QUEUE));

    publish(1, 2, Map.of());

    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(1);
    assertThat(texts(replay(all().addSources(QUEUE).build()))).isEqualTo(numbers(0, 2));
  }

  /** Queues made by hand have all places that the tenant has left, the history's too. */
  @Test
  void aPublishOfWhichTheHistoryMissesItsCopyEndsAsUnknown() throws Exception {
    messaging.changeLimits(tenant, Messaging.limits().toBuilder().setQueues(1).build());
    publish(0, 1, Map.of());
    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant));
        Channel channel = connection.createChannel()) {
      channel.queueDelete(HISTORY);
      List<String> byHand =
          IntStream.range(0, OWN_QUEUES).mapToObj(number -> "by-hand." + number).toList();
      for (String queue : byHand) {
        channel.queueDeclare(queue, true, false, false, Map.of());
      }

      assertRefusedForNow(
          () -> messaging.publish(tenant), Code.DEADLINE_EXCEEDED, "CONFIRM_TIMEOUT");

      assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(2);
      for (String queue : byHand) {
        channel.queueDelete(queue);
      }
    }
    publish(2, 3, Map.of());
    assertThat(texts(replay(all().addSources(QUEUE).build()))).containsExactly("n2");
  }

  @Test
  void whatCannotBeOpenedIsPassedOver() throws Exception {
    publish(0, 1, Map.of());
    try (Connection connection = messaging.connect(tenant, Messaging.vhost(tenant));
        Channel channel = connection.createChannel()) {
      for (String type : List.of(QUEUE, "padaria.paes", "nonsense", "")) {
        channel.basicPublish(
            "",
            HISTORY,
            new BasicProperties.Builder()
                .type(type)
                .headers(Map.of("kx-time", System.currentTimeMillis()))
                .build(),
            "garbage".getBytes(StandardCharsets.UTF_8));
      }
    }
    publish(1, 2, Map.of());

    assertThat(texts(replay(all().addSources("crm.*").build()))).isEqualTo(numbers(0, 2));
  }

  @Test
  void aLiveViewShowsWhatIsPublishedAndGoesOnAfterItsCursor() throws Exception {
    publish(0, 3, Map.of());
    String cursor;
    try (View view = view("")) {
      assertThat(view.next(ReceiveResponse::hasKeepAlive).getCursor()).isNotEmpty();
      publish(3, 5, Map.of());
      assertThat(view.nextText()).isEqualTo("n3");
      ReceiveResponse last = view.next(ReceiveResponse::hasMessage);
      assertThat(last.getMessage().getData().toStringUtf8()).isEqualTo("n4");
      cursor = last.getCursor();
      view.next(ReceiveResponse::hasKeepAlive);
    }
    publish(5, 8, Map.of());

    try (View view = view(cursor)) {
      assertThat(List.of(view.nextText(), view.nextText(), view.nextText()))
          .containsExactly("n5", "n6", "n7");
      publish(8, 9, Map.of());
      assertThat(view.nextText()).isEqualTo("n8");
    }
    assertThat(messaging.ready(tenant, QUEUE)).as("nothing is taken").isEqualTo(9);
  }

  @Test
  void aReaderThatIsTooSlowSkipsToThePresentAndIsToldSo() throws Exception {
    try (View view = view("")) {
      view.next(ReceiveResponse::hasKeepAlive);
      byte[] large = new byte[100_000];
      List<PublishRequest> requests =
          IntStream.range(0, 300)
              .mapToObj(i -> lead("").toBuilder().setData(ByteString.copyFrom(large)).build())
              .toList();
      List<PublishResult> results =
          PublishCalls.results(
              PublishCalls.stream(
                  messaging.service().channel(), messaging.caller(tenant), requests));
      assertThat(results).allMatch(PublishResult::hasPublished);
      await().pollDelay(Duration.ofSeconds(12)).until(() -> true);

      // A slow machine may skip while it publishes, too.
      long shown = 0;
      long left = 0;
      int gaps = 0;
      while (shown + left < 300) {
        ReceiveResponse item = view.next(each -> each.hasMessage() || each.hasGap());
        if (item.hasMessage()) {
          shown++;
        } else {
          gaps++;
          left += item.getGap().getMessages();
          assertThat(item.getGap().getReason()).isEqualTo(GapReason.GAP_REASON_SLOW_READER);
        }
      }

      assertThat(gaps).isPositive();
      publish(0, 1, Map.of());
      ReceiveResponse next = view.next(ReceiveResponse::hasMessage);
      // For each mark that was counted, one of those before it may still come.
      while (next.getMessage().getData().size() == large.length) {
        shown++;
        next = view.next(ReceiveResponse::hasMessage);
      }
      assertThat(next.getMessage().getData().toStringUtf8()).isEqualTo("n0");
      assertThat(shown + left)
          .as("with a mark or two for each gap")
          .isLessThanOrEqualTo(300 + 2L * gaps);
    }
  }

  @Test
  void aHistoryThatWasLostIsToldAsAGap() throws Exception {
    String cursor;
    try (View view = view("")) {
      view.next(ReceiveResponse::hasKeepAlive);
      publish(0, 5, Map.of());
      cursor = "";
      for (int i = 0; i < 5; i++) {
        cursor = view.next(ReceiveResponse::hasMessage).getCursor();
      }
    }
    Messaging.management().delete(ManagementApi.path("queues", Messaging.vhost(tenant), HISTORY));
    publish(5, 6, Map.of());

    try (View view = view(cursor)) {
      assertThat(view.next(ReceiveResponse::hasGap).getGap().getReason())
          .isEqualTo(GapReason.GAP_REASON_RETENTION);
      publish(6, 7, Map.of());
      assertThat(view.nextText()).isEqualTo("n6");
    }
  }

  @Test
  void badCursorsTimesAndModulesAreRefused() {
    for (String cursor : List.of("x", "h", "h-1", "hZZZZZZZZZZZZZZZZZ", "h01", "ä")) {
      assertRefused(
          () -> messaging.stub(tenant).receive(receive(cursor)).hasNext(),
          Code.INVALID_ARGUMENT,
          "INVALID_FIELD");
    }
    assertRefused(
        () ->
            replay(
                all()
                    .addSources("crm.*")
                    .setFromTime(Timestamp.newBuilder().setSeconds(Long.MIN_VALUE))
                    .build()),
        Code.INVALID_ARGUMENT,
        "INVALID_FIELD");
    assertRefused(
        () -> replay(all().addSources("whatsapp.*").build()),
        Code.FAILED_PRECONDITION,
        "MODULE_NOT_ENABLED");
  }

  private void publish(int from, int until, Map<String, String> attributes) throws Exception {
    List<PublishRequest> requests =
        IntStream.range(from, until)
            .mapToObj(i -> lead("n" + i).toBuilder().putAllAttributes(attributes).build())
            .toList();
    assertThat(
            PublishCalls.results(
                PublishCalls.stream(
                    messaging.service().channel(), messaging.caller(tenant), requests)))
        .allMatch(PublishResult::hasPublished);
  }

  private static PublishRequest lead(String text) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setPriority(5)
        .setData(ByteString.copyFromUtf8(text))
        .build();
  }

  private static List<String> numbers(int from, int until) {
    return IntStream.range(from, until).mapToObj(i -> "n" + i).toList();
  }

  private static ReplayRequest.Builder all() {
    return ReplayRequest.newBuilder().setFromTime(timestamp(Instant.now().minusSeconds(3600)));
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }

  private List<ReplayResponse> replay(ReplayRequest request) throws JOSEException {
    List<ReplayResponse> responses = new ArrayList<>();
    messaging.stub(tenant).replay(request).forEachRemaining(responses::add);
    return responses;
  }

  private static List<String> texts(List<ReplayResponse> responses) {
    return responses.stream().map(each -> each.getMessage().getData().toStringUtf8()).toList();
  }

  private static ReceiveRequest receive(String cursor) {
    return ReceiveRequest.newBuilder().addSources("crm.*").setCursor(cursor).build();
  }

  private View view(String cursor) throws JOSEException {
    return new View(
        MessagingServiceGrpc.newBlockingV2Stub(messaging.service().channel())
            .withCallCredentials(messaging.caller(tenant))
            .receive(receive(cursor)));
  }

  /** A live view. */
  private record View(BlockingClientCall<?, ReceiveResponse> call) implements AutoCloseable {
    ReceiveResponse next(Predicate<ReceiveResponse> wanted)
        throws InterruptedException, StatusException, TimeoutException {
      Instant end = Instant.now().plusSeconds(30);
      while (Instant.now().isBefore(end)) {
        ReceiveResponse response = call.read(30, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        if (wanted.test(response)) {
          return response;
        }
      }
      throw new AssertionError("what is awaited does not come, keep-alives do");
    }

    String nextText() throws InterruptedException, StatusException, TimeoutException {
      return next(ReceiveResponse::hasMessage).getMessage().getData().toStringUtf8();
    }

    @Override
    public void close() {
      call.cancel("done", null);
    }
  }
}
