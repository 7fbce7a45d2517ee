package dev.kryonix.messaging.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.CompressionLevel;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.payload.StoredMessage;
import dev.kryonix.messaging.publish.MessageIds;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.retry.Taken;
import dev.kryonix.messaging.topology.Lane;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.Topology;
import io.grpc.Context;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How much a consumer is given, and what its tokens are worth, on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DeliveryIT {
  private static final StepReporter STEPS = (step, action) -> action.run();
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Settlement DONE = new Settlement.Acknowledge();
  private static final int DEPTH = 20;

  private final List<TenantView> made = new ArrayList<>();
  private final List<Consumption> open = new ArrayList<>();
  private ApplicationContext context;
  private Subscribing subscribing;
  private Publisher publisher;
  private ManagementApi api;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    context = MessagingBeans.start(keys);
    subscribing = context.getBean(Subscribing.class);
    publisher = context.getBean(Publisher.class);
    api = context.getBean(ManagementApi.class);
  }

  @AfterEach
  void removeTenants() throws Exception {
    open.forEach(Consumption::close);
    open.clear();
    for (TenantView tenant : made) {
      context.getBean(Topology.class).remove(tenant.uid(), tenant.id(), STEPS);
    }
    made.clear();
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void anExtendedLeaseKeepsTheMessage() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    publisher.publish(tenant, message(queue, 6, "one"));
    Consumption consumption = consume(tenant, queue, 10);
    String token = hold(tenant, consumption, next(consumption));

    settle(tenant, token, new Settlement.Extend(Duration.ofSeconds(6)));

    assertThat(settle(tenant, token, new Settlement.Extend(LEASE))).isEqualTo(Settled.OK);

    assertThat(consumption.next(7000)).isNull();
    assertThat(settle(tenant, token, DONE)).isEqualTo(Settled.OK);
  }

  @Test
  void settlingTwiceIsHarmlessAndAMadeUpTokenIsInvalid() throws Exception {
    TenantView tenant = tenant();
    TenantView other = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    publisher.publish(tenant, message(queue, 6, "one"));
    publisher.publish(tenant, message(queue, 6, "two"));
    Consumption consumption = consume(tenant, queue, 10);
    Arrival arrival = next(consumption);
    String token = hold(tenant, consumption, arrival);

    assertThat(settle(other, token, DONE)).isEqualTo(Settled.INVALID);
    assertThat(settle(tenant, "bm9uc2Vuc2U", DONE)).isEqualTo(Settled.INVALID);
    String undelivered = subscribing.tokens().issue(tenant, arrival.channel().epoch(), 1000);
    assertThat(settle(tenant, undelivered, DONE)).isEqualTo(Settled.INVALID);
    assertThat(settle(tenant, token, DONE)).isEqualTo(Settled.OK);
    assertThat(settle(tenant, token, DONE)).isEqualTo(Settled.OK);
    // None of it closed the channel.
    assertThat(settle(tenant, hold(tenant, consumption, next(consumption)), DONE))
        .isEqualTo(Settled.OK);
  }

  @Test
  void whatWasPulledForACallerWhoHasGoneIsThereForTheNext() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    publisher.publish(tenant, message(queue, 6, "one"));
    publisher.publish(tenant, message(queue, 6, "two"));
    Context.CancellableContext gone = Context.current().withCancellation();
    gone.cancel(null);

    assertThat(gone.call(() -> pull(tenant, queue))).hasSize(2);

    List<Delivery> next = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              next.addAll(pull(tenant, queue));
              return next.size() == 2;
            });
    assertThat(next).allMatch(Delivery::getRedelivered);
  }

  @Test
  void aConsumerIsStoppedOfWhichTheClientHasNotBeenToldYetThatItIsThere() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    publisher.publish(tenant, message(queue, 6, "one"));
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    LaneConsumers consumers =
        LaneConsumers.open(
            subscribing, tenant, receiver(() -> awaitAfter(arrived::countDown, goOn)), false);
    try {
      consumers.prefetch(10);
      consumers.consume(queue, Lane.of(6));
      assertThat(arrived.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      publisher.publish(tenant, message(queue, 1, "two"));
      consumers.consume(queue, Lane.of(1));

      consumers.stop();

      // Answered after the broker has done what it was told before on the same channel.
      consumers.channel().channel().messageCount(queue.name(Lane.of(1)));
      publisher.publish(tenant, message(queue, 6, "three"));
      publisher.publish(tenant, message(queue, 1, "four"));
      assertThat(get(tenant, queue.name(Lane.of(6)))).isNotNull();
      assertThat(get(tenant, queue.name(Lane.of(1)))).isNotNull();
    } finally {
      goOn.countDown();
      consumers.channel().closeOnceEmpty();
    }
  }

  @Test
  void anOrderedQueueThatIsJoinedIsServedAlthoughTheNextCannotBeJoined() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    publisher.publish(tenant, ordered(queue, "one"));
    LiveQueue gone = queue(tenant, "tasks.assign");
    Set<String> named = Set.of(Names.ordered(queue.name()), Names.ordered(gone.name()));
    List<String> joined = new ArrayList<>();
    OrderedLots lots =
        new OrderedLots(subscribing.ordered(), tenant, new Filter(Map.of()), () -> {});
    try {
      assertThatThrownBy(() -> lots.refresh(List.of(queue, gone), named, turns(joined)))
          .isInstanceOf(ServiceException.class);

      assertThat(joined).containsExactly(Names.ordered(queue.name()));
    } finally {
      lots.leave(channel -> {});
    }
  }

  private static OrderedLots.Turns turns(List<String> joined) {
    return new OrderedLots.Turns() {
      @Override
      public void join(Lot lot) {
        joined.add(lot.name());
      }

      @Override
      public void leave(Lot lot) {
        joined.remove(lot.name());
      }
    };
  }

  /** Who speaks has a lock, and those who are told of the end want it. */
  @Test
  void whoSpeaksOnAChannelThatHasEndedLearnsItAndTellsNobodyOfTheEnd() throws Exception {
    Channel channel = subscribing.connections().toConsume(tenant()).openHoldingChannel();
    channel.close();
    Set<Thread> tellers = ConcurrentHashMap.newKeySet();
    channel.addShutdownListener(cause -> tellers.add(Thread.currentThread()));
    tellers.clear();
    BrokerReplies replies = new BrokerReplies(channel);

    assertThat(replies.acknowledge(List.of(1L))).isFalse();
    assertThat(replies.tell(2, Fate.REQUEUE)).isFalse();
    replies.cancel("consumer");

    await().atMost(PATIENCE).until(() -> !tellers.isEmpty());
    assertThat(tellers).doesNotContain(Thread.currentThread());
  }

  private static LaneConsumers.Receiver receiver(Runnable onArrival) {
    return new LaneConsumers.Receiver() {
      @Override
      public void joined(LaneLot lot) {}

      @Override
      public void arrived(LaneConsumers from, LaneLot lot, Taken taken, Envelope envelope) {
        onArrival.run();
      }
    };
  }

  private static void awaitAfter(Runnable first, CountDownLatch latch) {
    first.run();
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable GetResponse get(TenantView tenant, String queue) throws Exception {
    try (Connection connection = connect(tenant);
        Channel channel = connection.createChannel()) {
      return channel.basicGet(queue, true);
    }
  }

  private List<Delivery> pull(TenantView tenant, LiveQueue queue) throws InterruptedException {
    return new Pull(subscribing, context.getBean(PullChannels.class), tenant, start(queue, 10))
        .take(Duration.ZERO);
  }

  @Test
  void noMoreIsHandedOverThanTheLimitAllows() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    for (int i = 0; i < 5; i++) {
      publisher.publish(tenant, message(queue, 6, "m" + i));
    }
    Consumption consumption = consume(tenant, queue, 2);
    String first = hold(tenant, consumption, next(consumption));
    hold(tenant, consumption, next(consumption));

    assertThat(consumption.next(500)).isNull();

    assertThat(settle(tenant, first, DONE)).isEqualTo(Settled.OK);
    hold(tenant, consumption, next(consumption));
    assertThat(consumption.next(500)).isNull();
  }

  @Test
  void messagesThatThereAreNoBytesForComeLater() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    byte[] large = new byte[1024 * 1024];
    new SecureRandom().nextBytes(large);
    List<String> published = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      published.add(publisher.publish(tenant, message(queue, 6, large)).message().id());
    }
    Consumption consumption = consume(tenant, queue, 100);
    await().atMost(PATIENCE).until(() -> unacked(tenant, queue.name()) == published.size());

    List<String> delivered = new ArrayList<>();
    while (delivered.size() < published.size()) {
      Arrival arrival = next(consumption);
      delivered.add(opened(arrival).id());
      settle(tenant, hold(tenant, consumption, arrival), DONE);
    }

    assertThat(delivered).containsExactlyInAnyOrderElementsOf(published);
  }

  @Test
  void aSuspendedTenantsConnectionsEndHoweverYoung() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    publisher.publish(tenant, message(queue, 6, "one"));
    Connection own = connect(tenant);

    context.getBean(Topology.class).apply(with(tenant, Serving.SUSPENDED), STEPS);

    await().atMost(PATIENCE).until(() -> !own.isOpen());
    assertThatThrownBy(() -> connect(tenant)).isInstanceOf(IOException.class);
  }

  @Test
  void whatIsConfirmedSurvivesClosedConnectionsAndPublishingGoesOn() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    Set<String> confirmed = new HashSet<>();
    confirmed.add(publisher.publish(tenant, message(queue, 6, "before")).message().id());
    Consumption consumption = consume(tenant, queue, 10);
    String stale = hold(tenant, consumption, next(consumption));

    closeConnections(tenant);

    await()
        .atMost(PATIENCE)
        .ignoreException(ServiceException.class)
        .until(
            () ->
                confirmed.add(
                    publisher.publish(tenant, message(queue, 6, "after")).message().id()));
    await().atMost(PATIENCE).until(() -> !consumption.isOpen());
    assertThat(settle(tenant, stale, DONE)).isEqualTo(Settled.STALE);
    Set<String> delivered = new HashSet<>();
    while (delivered.size() < confirmed.size()) {
      Arrival arrival = next(consumption);
      delivered.add(opened(arrival).id());
      settle(tenant, hold(tenant, consumption, arrival), DONE);
    }
    assertThat(delivered).isEqualTo(confirmed);
  }

  @Test
  void manyMessagesInFlightAreEachConfirmedAndDeliveredOnce() throws Exception {
    TenantView tenant = tenant();
    LiveQueue queue = queue(tenant, "leads.create");
    List<CompletableFuture<Publisher.Receipt>> receipts = new ArrayList<>();
    for (int i = 0; i < DEPTH / 2; i++) {
      receipts.add(publisher.submit(tenant, message(queue, 6, "m" + i)));
    }
    List<String> confirmed = new ArrayList<>();
    for (CompletableFuture<Publisher.Receipt> receipt : receipts) {
      confirmed.add(receipt.get().message().id());
    }
    assertThat(confirmed).isSorted().doesNotHaveDuplicates();

    Consumption consumption = consume(tenant, queue, 100);
    for (String id : confirmed) {
      Arrival arrival = next(consumption);
      assertThat(opened(arrival).id()).isEqualTo(id);
      settle(tenant, hold(tenant, consumption, arrival), DONE);
    }
    assertThat(consumption.next(300)).isNull();
  }

  @Test
  void aTenantOverItsPublishRateIsRefusedWithTheTimeToWait() throws Exception {
    TenantView tenant = tenant(new TenantId(name()), 1);
    LiveQueue queue = queue(tenant, "leads.create");
    // The first alone may take longer than the second that a token needs.
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 20; i++) {
                publisher.charge(tenant);
                publisher.publish(tenant, message(queue, 6, "one"));
              }
            })
        .isInstanceOfSatisfying(
            ServiceException.class,
            refusal -> assertThat(refusal.reasonName()).isEqualTo("RATE_LIMITED"));
  }

  private static SubscriptionStart start(LiveQueue queue, int limit) {
    return new SubscriptionStart(
        List.of(queue),
        new Limits(limit, Long.MAX_VALUE),
        LEASE,
        LEASE,
        false,
        new Filter(Map.of()));
  }

  private Consumption consume(TenantView tenant, LiveQueue queue, int limit) {
    Consumption consumption = new Consumption(subscribing, tenant, start(queue, limit));
    open.add(consumption);
    consumption.refresh();
    return consumption;
  }

  /** The next message, as a subscription asks for it. */
  private static Arrival next(Consumption consumption) throws InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end)) {
      if (consumption.hasNewLanes() || !consumption.isOpen()) {
        consumption.refresh();
      }
      Arrival arrival = consumption.next(200);
      if (arrival != null) {
        return arrival;
      }
    }
    throw new AssertionError("nothing was delivered within " + PATIENCE);
  }

  private StoredMessage opened(Arrival arrival) {
    return subscribing.opening().open(arrival).orElseThrow();
  }

  private String hold(TenantView tenant, Consumption consumption, Arrival arrival) {
    return subscribing.tokens().issue(tenant, arrival.channel().epoch(), consumption.hold(arrival));
  }

  private Settled settle(TenantView tenant, String token, Settlement settlement) {
    return subscribing
        .tokens()
        .read(tenant, token)
        .map(delivery -> subscribing.leases().settle(delivery, settlement))
        .orElse(Settled.INVALID);
  }

  private NewMessage message(LiveQueue queue, int priority, String text) {
    return message(queue, priority, text.getBytes(StandardCharsets.UTF_8));
  }

  private NewMessage ordered(LiveQueue queue, String text) {
    return message(queue, 6, text.getBytes(StandardCharsets.UTF_8), "ana");
  }

  private NewMessage message(LiveQueue queue, int priority, byte[] payload) {
    return message(queue, priority, payload, "");
  }

  private NewMessage message(LiveQueue queue, int priority, byte[] payload, String orderingKey) {
    Instant now = Instant.now();
    return new NewMessage(
        context.getBean(MessageIds.class).next(now),
        queue,
        priority,
        new NewMessage.Content(
            payload,
            "text/plain",
            Map.of("origin", "test"),
            CompressionLevel.bySize(payload.length),
            "",
            orderingKey),
        Optional.empty(),
        now,
        Map.of());
  }

  private LiveQueue queue(TenantView tenant, String operation) {
    return context.getBean(Operations.class).require(tenant, "crm", operation);
  }

  private long unacked(TenantView tenant, String queue) throws Exception {
    String what = "messages_unacknowledged";
    JsonObject found =
        api.get(ManagementApi.path("queues", vhost(tenant), queue))
            .map(JsonElement::getAsJsonObject)
            .orElseGet(JsonObject::new);
    return found.has(what) ? found.get(what).getAsLong() : 0;
  }

  /** As an operator would. */
  private void closeConnections(TenantView tenant) throws ManagementException {
    api.delete(ManagementApi.path("connections", "username", Names.user(tenant.id())));
  }

  private Connection connect(TenantView tenant) throws IOException, TimeoutException {
    BrokerConfig broker = context.getBean(BrokerConfig.class);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(broker.host());
    factory.setPort(broker.port());
    factory.setUsername(Names.user(tenant.id()));
    factory.setPassword(
        new String(
            context
                .getBean(SecretBox.class)
                .open(tenant.secret("broker-password").orElseThrow(), tenant.uid()),
            StandardCharsets.UTF_8));
    factory.setVirtualHost(vhost(tenant));
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  private static TenantView with(TenantView tenant, Serving serving) {
    return new TenantView(
        tenant.id(),
        tenant.uid(),
        tenant.generation() + 1,
        serving,
        tenant.plan(),
        tenant.modules(),
        tenant.limits(),
        tenant.cell(),
        tenant.secrets(),
        tenant.compliance(),
        tenant.revoked());
  }

  private TenantView tenant() throws Exception {
    return tenant(new TenantId(name()), 10_000);
  }

  private TenantView tenant(TenantId id, int publishPerSecond) throws Exception {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    SecretBox secrets = context.getBean(SecretBox.class);
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    TenantView tenant =
        new TenantView(
            id,
            uid,
            1,
            Serving.SERVING,
            "basic",
            Set.of("crm"),
            dev.kryonix.api.tenant.v1.Limits.newBuilder()
                .setMessaging(
                    MessagingLimits.newBuilder()
                        .setConnections(10)
                        .setQueues(50)
                        .setQueueDepth(DEPTH)
                        .setPublishPerSecond(publishPerSecond))
                .build(),
            "local",
            List.of(
                secrets.seal(
                    uid,
                    "broker-password",
                    "p1",
                    UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8)),
                secrets.seal(uid, "tenant-key", "k1", key)),
            Set.of(),
            Set.of());
    context.getBean(Topology.class).apply(tenant, STEPS);
    made.add(tenant);
    return tenant;
  }

  private static String name() {
    return "it_" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static String vhost(TenantView tenant) {
    return Names.vhost(Objects.requireNonNull(tenant).id());
  }
}
