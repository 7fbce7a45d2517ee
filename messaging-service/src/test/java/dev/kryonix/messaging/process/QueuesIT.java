package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.GetQueueRequest;
import dev.kryonix.api.messaging.v1.Lane;
import dev.kryonix.api.messaging.v1.LaneStatus;
import dev.kryonix.api.messaging.v1.ListQueuesRequest;
import dev.kryonix.api.messaging.v1.ListQueuesResponse;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.Nack;
import dev.kryonix.api.messaging.v1.NackAction;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.PullResponse;
import dev.kryonix.api.messaging.v1.PurgeQueueRequest;
import dev.kryonix.api.messaging.v1.Queue;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a tenant sees of its queues. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueuesIT {
  private static final String QUEUE = "crm.leads.create";

  /** The broker's statistics are a few seconds old. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Messaging messaging;
  private DesiredTenant tenant;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    messaging = new Messaging(folder);
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
  void anIdleTenantHasNoQueueAndAnUnusedOneShowsZeros() throws Exception {
    assertThat(list(ListQueuesRequest.getDefaultInstance()).getQueuesList()).isEmpty();
    Queue unused = get("crm.leads.create");
    assertThat(unused.getReady()).isZero();
    assertThat(unused.getLanesList()).isEmpty();
    assertThat(unused.getDepthLimit()).isEqualTo(1000);
    assertThat(unused.getTtl()).isEqualTo(Durations.fromSeconds(3600));
  }

  @Test
  void lanesAndOrderedMessagesAreShownTogetherAndPurgedTogether() throws Exception {
    publish(PublishRequest.newBuilder().setPriority(9));
    publish(PublishRequest.newBuilder().setPriority(5));
    publish(PublishRequest.newBuilder().setPriority(5));
    publish(PublishRequest.newBuilder().setPriority(1));
    publish(PublishRequest.newBuilder().setOrderingKey("k"));

    await().atMost(PATIENCE).until(() -> get(QUEUE).getReady() == 5);

    Queue queue = get(QUEUE);
    assertThat(queue.getModule()).isEqualTo("crm");
    assertThat(queue.getOperation()).isEqualTo("leads.create");
    assertThat(queue.getLanesList())
        .extracting(LaneStatus::getLane)
        .containsExactly(Lane.LANE_HIGH, Lane.LANE_NORMAL, Lane.LANE_LOW);
    assertThat(queue.getLanesList()).extracting(LaneStatus::getReady).containsExactly(1L, 2L, 1L);
    assertThat(
            messaging
                .stub(tenant)
                .purgeQueue(PurgeQueueRequest.newBuilder().setQueue(QUEUE).build())
                .getPurged())
        .isEqualTo(5);
    await().atMost(PATIENCE).until(() -> get(QUEUE).getReady() == 0);
    assertThat(
            messaging
                .stub(tenant)
                .purgeQueue(PurgeQueueRequest.newBuilder().setQueue(QUEUE).build())
                .getPurged())
        .isZero();
  }

  @Test
  void subscriptionsAreCountedAsConsumersAndMessagesThatPullsHoldAreNot() throws Exception {
    publish(PublishRequest.newBuilder().setPriority(9));
    publish(PublishRequest.newBuilder().setPriority(5));
    PullRequest pull =
        PullRequest.newBuilder().addSources(QUEUE).setWait(Durations.fromSeconds(30)).build();
    assertThat(messaging.stub(tenant).pull(pull).getDeliveriesCount()).isEqualTo(2);
    CompletableFuture<PullResponse> waiting =
        CompletableFuture.supplyAsync(() -> stub().pull(pull), Thread::startVirtualThread);
    await().atMost(PATIENCE).until(() -> !consumersOfBroker().isEmpty());
    publish(PublishRequest.newBuilder().setPriority(5));
    assertThat(waiting.get().getDeliveriesCount()).as("held through a consumer").isEqualTo(1);
    assertThat(consumersOfBroker()).isNotEmpty();

    assertThat(get(QUEUE).getConsumers()).isZero();
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      assertThat(subscription).isNotNull();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(get(QUEUE).getLanesList())
                      .extracting(LaneStatus::getConsumers)
                      .containsExactly(1, 1));
      assertThat(get(QUEUE).getConsumers()).isEqualTo(1);
    }
  }

  private MessagingServiceGrpc.MessagingServiceBlockingStub stub() {
    try {
      return messaging.stub(tenant).withDeadlineAfter(60, TimeUnit.SECONDS);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<JsonObject> consumersOfBroker() throws ManagementException {
    return Messaging.management().list(ManagementApi.path("consumers", Messaging.vhost(tenant)));
  }

  @Test
  void queuesAreListedByNameInPages() throws Exception {
    for (String operation : new String[] {"tasks.assign", "leads.create", "contacts.sync"}) {
      publish(PublishRequest.newBuilder(), operation);
    }
    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("agendamento")
                .setOperation("reminders.send")
                .build());
    ListQueuesRequest crm = ListQueuesRequest.newBuilder().setModule("crm").setPageSize(2).build();

    ListQueuesResponse first = list(crm);
    ListQueuesResponse second =
        list(crm.toBuilder().setPageToken(first.getNextPageToken()).build());

    assertThat(first.getQueuesList())
        .extracting(Queue::getName)
        .containsExactly("crm.contacts.sync", "crm.leads.create");
    assertThat(second.getQueuesList())
        .extracting(Queue::getName)
        .containsExactly("crm.tasks.assign");
    assertThat(second.getNextPageToken()).isEmpty();
    assertRefused(
        () -> list(ListQueuesRequest.newBuilder().setPageToken(first.getNextPageToken()).build()),
        Code.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID");
  }

  @Test
  void anUnknownQueueIsNotFound() {
    assertRefused(() -> get("crm.nothing"), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
    assertRefused(() -> get("kryonix.retry.1s"), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
    assertRefused(() -> get("nothing"), Code.NOT_FOUND, "RESOURCE_NOT_FOUND");
    assertRefused(
        () ->
            messaging
                .stub(tenant)
                .purgeQueue(PurgeQueueRequest.newBuilder().setQueue("crm.dead").build()),
        Code.NOT_FOUND,
        "RESOURCE_NOT_FOUND");
  }

  @Test
  void aParkedKeyIsShownUntilItsRetry() throws Exception {
    publish(PublishRequest.newBuilder().setOrderingKey("k"));
    publish(PublishRequest.newBuilder().setOrderingKey("k"));
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery delivery = subscription.next();
      Instant settled = Instant.now();
      subscription.settle(
          delivery,
          Nack.newBuilder()
              .setAction(NackAction.NACK_ACTION_RETRY)
              .setDelay(Durations.fromSeconds(12))
              .setError("not yet")
              .build());

      // What waits behind it may come to the service, and is counted, a little later.
      await()
          .untilAsserted(
              () ->
                  assertThat(get(QUEUE).getParkedKeysList())
                      .singleElement()
                      .satisfies(
                          parked -> {
                            assertThat(parked.getOrderingKey()).isEqualTo("k");
                            assertThat(parked.getWaiting()).isEqualTo(1);
                            assertThat(parked.getError()).isEqualTo("not yet");
                            assertThat(parked.getRetryTime().getSeconds())
                                .isGreaterThan(settled.plusSeconds(10).getEpochSecond());
                          }));

      subscription.acknowledge(subscription.next());
      assertThat(get(QUEUE).getParkedKeysList()).isEmpty();
    }
  }

  private Queue get(String name) throws Exception {
    return messaging
        .stub(tenant)
        .getQueue(GetQueueRequest.newBuilder().setQueue(name).build())
        .getQueue();
  }

  private ListQueuesResponse list(ListQueuesRequest request) throws Exception {
    return messaging.stub(tenant).listQueues(request);
  }

  private void publish(PublishRequest.Builder message) throws Exception {
    publish(message, "leads.create");
  }

  private void publish(PublishRequest.Builder message, String operation) throws Exception {
    messaging
        .stub(tenant)
        .publish(
            message
                .setModule("crm")
                .setOperation(operation)
                .setData(ByteString.copyFromUtf8("n"))
                .build());
  }
}
