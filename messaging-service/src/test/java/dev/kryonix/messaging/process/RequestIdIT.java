package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefused;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.testkit.ServiceProcess;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Publishing once per request_id, with two instances of the service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RequestIdIT {
  private static final int TENANTS = 12;
  private static final String QUEUE = "crm.leads.create";

  private final Path folder;
  private final Messaging messaging;
  private final ServiceProcess replica;

  /**
   * Made before there are two instances: what both make at once, one is refused at first, and tries
   * again.
   */
  private final Deque<DesiredTenant> tenants = new ArrayDeque<>();

  private final DesiredTenant ofDepthOne;
  private DesiredTenant tenant;

  RequestIdIT(@TempDir Path folder) throws IOException, JOSEException {
    this.folder = folder;
    messaging = new Messaging(folder);
    for (int i = 0; i < TENANTS; i++) {
      tenants.add(messaging.newTenant());
    }
    ofDepthOne = messaging.newTenantOfQueueDepth(1);
    replica = messaging.replica(folder.resolve("replica"));
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> messaging.stub(ofDepthOne, replica).publish(lead("", "n")).hasPublishTime());
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
  void theSecondCallGetsTheFirstAnswerFromEitherInstance() throws Exception {
    PublishResponse first = messaging.stub(tenant).publish(lead("r1", "Ana"));

    for (ServiceProcess instance : List.of(messaging.service(), replica)) {
      PublishResponse again = messaging.stub(tenant, instance).publish(lead("r1", "Ana"));
      assertThat(again).isEqualTo(first.toBuilder().setDuplicate(true).build());
    }
    assertThat(first.getDuplicate()).isFalse();
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(1);
  }

  @Test
  void callsAtOnceThroughBothInstancesPublishOneMessage() throws Exception {
    List<Callable<PublishResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      ServiceProcess instance = i % 2 == 0 ? messaging.service() : replica;
      calls.add(() -> messaging.stub(tenant, instance).publish(lead("at-once", "Ana")));
    }
    List<PublishResponse> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<PublishResponse> answer : threads.invokeAll(calls)) {
        answers.add(answer.get());
      }
    }

    assertThat(answers)
        .extracting(PublishResponse::getMessageId)
        .containsOnly(answers.getFirst().getMessageId());
    assertThat(answers).filteredOn(answer -> !answer.getDuplicate()).hasSize(1);
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(1);
  }

  @Test
  void otherContentUnderTheSameIdIsRefusedAndTheSameIdOfAnotherTenantIsNot() throws Exception {
    messaging.stub(tenant).publish(lead("r1", "Ana"));

    assertRefused(
        () -> messaging.stub(tenant).publish(lead("r1", "Bia")), Code.ABORTED, "REQUEST_ID_REUSED");
    assertRefused(
        () -> messaging.stub(tenant).publish(lead("r1", "Ana").toBuilder().setPriority(9).build()),
        Code.ABORTED,
        "REQUEST_ID_REUSED");
    DesiredTenant other = tenants.remove();
    assertThat(messaging.stub(other).publish(lead("r1", "Bia")).getDuplicate()).isFalse();
  }

  @Test
  void attributesInAnotherOrderAreTheSameContent() throws Exception {
    PublishRequest.Builder request = lead("maps", "Ana").toBuilder();
    messaging
        .stub(tenant)
        .publish(request.clone().putAttributes("a", "1").putAttributes("b", "2").build());

    assertThat(
            messaging
                .stub(tenant)
                .publish(request.clone().putAttributes("b", "2").putAttributes("a", "1").build())
                .getDuplicate())
        .isTrue();
  }

  @Test
  void aStreamPublishesEachIdOnceAndInOrder() throws Exception {
    int messages = 600;
    List<PublishRequest> requests =
        IntStream.range(0, messages).mapToObj(i -> lead("s" + i % 400, "n" + i % 400)).toList();

    List<PublishResult> results =
        PublishCalls.results(
            PublishCalls.stream(messaging.service().channel(), messaging.caller(tenant), requests));

    assertThat(results).hasSize(messages).allMatch(PublishResult::hasPublished);
    for (int i = 400; i < messages; i++) {
      assertThat(results.get(i).getPublished().getDuplicate()).isTrue();
      assertThat(results.get(i).getPublished().getMessageId())
          .isEqualTo(results.get(i - 400).getPublished().getMessageId());
    }
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(400);
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 100; i++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("n" + i);
        subscription.acknowledge(delivery);
      }
    }
  }

  @Test
  void messagesWithoutAnIdStayBehindThoseWithOneInTheirStream() throws Exception {
    List<PublishRequest> requests =
        IntStream.range(0, 200).mapToObj(i -> lead(i % 3 == 0 ? "m" + i : "", "n" + i)).toList();

    PublishCalls.stream(messaging.service().channel(), messaging.caller(tenant), requests);

    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      for (int i = 0; i < 200; i++) {
        Delivery delivery = subscription.next();
        assertThat(delivery.getMessage().getData().toStringUtf8()).isEqualTo("n" + i);
        subscription.acknowledge(delivery);
      }
    }
  }

  @Test
  void afterARefusalTheIdIsFree() throws Exception {
    tenant = ofDepthOne;
    fillTheQueue();
    assertRefusedForNow(
        () -> messaging.stub(tenant).publish(lead("full", "Ana")),
        Code.RESOURCE_EXHAUSTED,
        "QUEUE_FULL");
    messaging.changeLimits(tenant, Messaging.limits());

    // The queue learns of it a moment later.
    PublishResponse published =
        await()
            .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
            .until(
                () -> messaging.stub(tenant).publish(lead("full", "Bia")),
                PublishResponse::hasPublishTime);
    assertThat(published.getDuplicate()).isFalse();
  }

  private void fillTheQueue() {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> messaging.publish(tenant))
                    .isInstanceOf(StatusRuntimeException.class));
  }

  @Test
  void whoTakesOverFromACrashPublishesUnderTheSameMessageIdAndMarksIt() throws Exception {
    PublishResponse lost = messaging.stub(tenant).publish(lead("crash", "Ana"));
    // As after a crash between the broker's confirm and the answer.
    Rows.change(
        "UPDATE publish_requests SET answer = NULL, lease_until = now() WHERE message_id = ?",
        lost.getMessageId());

    PublishResponse again = messaging.stub(tenant, replica).publish(lead("crash", "Ana"));

    assertThat(again.getMessageId()).isEqualTo(lost.getMessageId());
    assertThat(messaging.ready(tenant, QUEUE)).isEqualTo(2);
    try (Subscription subscription = messaging.subscribe(tenant, QUEUE)) {
      Delivery first = subscription.next();
      Delivery second = subscription.next();
      assertThat(second.getMessage().getMessageId()).isEqualTo(first.getMessage().getMessageId());
      assertThat(first.getRedelivered()).isFalse();
      assertThat(second.getRedelivered()).isTrue();
    }
  }

  @Test
  void anIdIsFreeOnceItsTimeIsOver() throws Exception {
    PublishResponse first = messaging.stub(tenant).publish(lead("old", "Ana"));
    Rows.change(
        "UPDATE publish_requests SET expire_time = now() WHERE message_id = ?",
        first.getMessageId());

    PublishResponse second = messaging.stub(tenant).publish(lead("old", "Bia"));

    assertThat(second.getDuplicate()).isFalse();
    assertThat(second.getMessageId()).isNotEqualTo(first.getMessageId());
  }

  @Test
  void withoutPostgresOnlyWhatNeedsItIsRefused() throws Exception {
    Path own = Files.createDirectories(folder.resolve("no-postgres"));
    Messaging alone =
        new Messaging(own, Map.of("KRYONIX_POSTGRES_URL", "jdbc:postgresql://127.0.0.1:1/kryonix"));
    try {
      DesiredTenant its = alone.newTenant();
      assertThat(alone.publish(its)).hasSize(26);
      try (Subscription subscription = alone.subscribe(its, QUEUE)) {
        subscription.acknowledge(subscription.next());
      }
      assertRefusedForNow(
          () -> alone.stub(its).publish(lead("r1", "Ana")), Code.UNAVAILABLE, "STORE_UNAVAILABLE");
      // Its rows cannot be erased, so the tenant is not taken away by this instance.
      removeFromBroker(its);
    } finally {
      alone.service().kill();
    }
  }

  /** What the instance without PostgreSQL has left in the broker. */
  private static void removeFromBroker(DesiredTenant its) throws Exception {
    Messaging.management().delete(ManagementApi.path("vhosts", Messaging.vhost(its)));
    Messaging.management().delete(ManagementApi.path("users", "kryonix_" + its.getId()));
  }

  @Test
  void rowsAreTheTenantsOwnAndGoWithIt() throws Exception {
    messaging.stub(tenant).publish(lead("r1", "Ana"));
    String count = "SELECT count(*) FROM publish_requests WHERE tenant = '" + tenant.getId() + "'";
    assertThat(Rows.numberAs("kryonix.tenant", tenant.getId(), count)).isEqualTo(1);
    assertThat(Rows.numberAs("kryonix.tenant", "another", count)).isZero();
    assertThat(Rows.numberAs("kryonix.tenant", "", count)).isZero();

    messaging.tenants().remove(tenant);

    assertThat(Rows.number(count)).isZero();
  }

  private static PublishRequest lead(String requestId, String name) {
    return PublishRequest.newBuilder()
        .setModule("crm")
        .setOperation("leads.create")
        .setPriority(5)
        .setRequestId(requestId)
        .setData(ByteString.copyFromUtf8(name))
        .build();
  }
}
