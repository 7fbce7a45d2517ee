package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.FlowLimits;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How much a subscription is given at a time, and of what. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FlowIT {
  private static final String QUEUE = "crm.leads.create";
  private static final Duration A_WHILE = Duration.ofSeconds(1);
  private static final int LOW = 1;
  private static final int NORMAL = 5;
  private static final int HIGH = 9;

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
  void aTenantHasNoMoreSubscriptionsThanItsPlanHasChannels() throws Exception {
    DesiredTenant small = messaging.newTenantOfChannels(2);
    SubscribeStart start = SubscribeStart.newBuilder().addSources("crm.*").build();
    Deque<Subscription> open = new ArrayDeque<>();
    await()
        .ignoreExceptions()
        .until(
            () -> {
              open.add(messaging.subscribe(small, start));
              return open.size() == 2;
            });
    try (Subscription first = open.remove();
        Subscription second = open.remove()) {
      Throwable refusal = catchThrowable(() -> messaging.subscribe(small, start));

      assertThat(Status.fromThrowable(refusal).getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal).hasMessageContaining("2 broker channels");
      assertThat(first.isQuiet(A_WHILE)).isTrue();
      assertThat(second.isQuiet(A_WHILE)).isTrue();
    }
    // The place is free again once the subscription has ended.
    await().ignoreExceptions().untilAsserted(() -> messaging.subscribe(small, start).close());
  }

  @Test
  void aFloodedLaneLeavesRoomForTheOthers() throws Exception {
    for (int i = 0; i < 40; i++) {
      publish("leads.create", LOW, 10);
    }
    publish("leads.create", HIGH, 10);
    try (Subscription subscription = messaging.subscribe(tenant, start(8, 1 << 20, QUEUE))) {
      List<Integer> held = priorities(subscription, 8);
      assertThat(held).as("the high one is among the first").contains(HIGH);
      assertThat(subscription.isQuiet(A_WHILE)).isTrue();
    }
  }

  @Test
  void aLateMessageOfABetterLaneFindsAPlaceWhileTheFloodIsHeld() throws Exception {
    publish("leads.create", HIGH, 10);
    for (int i = 0; i < 40; i++) {
      publish("leads.create", LOW, 10);
    }
    try (Subscription subscription = messaging.subscribe(tenant, start(8, 1 << 20, QUEUE))) {
      List<Delivery> held = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        held.add(subscription.next());
      }
      Delivery high =
          held.stream()
              .filter(each -> each.getMessage().getPriority() == HIGH)
              .findFirst()
              .orElseThrow();
      assertThat(subscription.acknowledge(high)).isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_OK);
      assertThat(subscription.isQuiet(A_WHILE)).as("the place of the high lane stays").isTrue();

      publish("leads.create", HIGH, 10);

      assertThat(subscription.next().getMessage().getPriority()).isEqualTo(HIGH);
    }
  }

  @Test
  void lanesGetTheirSharesAndNoneStarves() throws Exception {
    for (int i = 0; i < 30; i++) {
      publish("leads.create", HIGH, 10);
      publish("leads.create", NORMAL, 10);
      publish("leads.create", LOW, 10);
    }
    try (Subscription subscription = messaging.subscribe(tenant, start(36, 1 << 20, QUEUE))) {
      List<Integer> first = priorities(subscription, 36);
      // 24, 9 and 3, but for what has come before the other lanes were joined.
      assertThat(first.stream().filter(priority -> priority == HIGH).count()).isBetween(20L, 30L);
      assertThat(first).contains(NORMAL, LOW);
    }
  }

  @Test
  void operationsOfAPatternTakeTurns() throws Exception {
    for (int i = 0; i < 40; i++) {
      publish("leads.create", NORMAL, 10);
    }
    publish("leads.update", NORMAL, 10);
    try (Subscription subscription = messaging.subscribe(tenant, start(4, 1 << 20, "crm.*"))) {
      List<String> operations = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Delivery delivery = subscription.next();
        operations.add(delivery.getMessage().getOperation());
        subscription.acknowledge(delivery);
      }
      assertThat(operations).contains("leads.update");
    }
  }

  @Test
  void bytesAreALimitToo() throws Exception {
    for (int i = 0; i < 6; i++) {
      publish("leads.create", NORMAL, 100_000);
    }
    try (Subscription subscription = messaging.subscribe(tenant, start(100, 250_000, QUEUE))) {
      assertThat(priorities(subscription, 3)).hasSize(3);
      assertThat(subscription.isQuiet(A_WHILE)).isTrue();
    }
  }

  @Test
  void higherLimitsLetMoreThrough() throws Exception {
    for (int i = 0; i < 50; i++) {
      publish("leads.create", NORMAL, 10);
    }
    try (Subscription subscription = messaging.subscribe(tenant, start(2, 1 << 20, QUEUE))) {
      priorities(subscription, 2);
      assertThat(subscription.isQuiet(A_WHILE)).isTrue();

      subscription.limit(40);

      assertThat(priorities(subscription, 38)).hasSize(38);
      assertThat(subscription.isQuiet(A_WHILE)).isTrue();
    }
  }

  @Test
  void theServerSaysThatItIsThere() throws Exception {
    SubscribeStart start =
        SubscribeStart.newBuilder()
            .addSources(QUEUE)
            .setKeepAlive(Durations.fromSeconds(1))
            .build();
    try (Subscription subscription = messaging.subscribe(tenant, start)) {
      subscription.awaitKeepAlive();
      subscription.awaitKeepAlive();
    }
  }

  private static List<Integer> priorities(Subscription subscription, int number) throws Exception {
    List<Integer> priorities = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      priorities.add(subscription.next().getMessage().getPriority());
    }
    return priorities;
  }

  private static SubscribeStart start(int messages, long bytes, String source) {
    return SubscribeStart.newBuilder()
        .addSources(source)
        .setFlowLimits(FlowLimits.newBuilder().setMaxMessages(messages).setMaxBytes(bytes))
        .build();
  }

  private void publish(String operation, int priority, int bytes) throws Exception {
    byte[] noise = new byte[bytes];
    new Random(bytes).nextBytes(noise);
    messaging
        .stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation(operation)
                .setPriority(priority)
                .setData(ByteString.copyFrom(noise))
                .build());
  }
}
