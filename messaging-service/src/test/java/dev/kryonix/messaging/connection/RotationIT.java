package dev.kryonix.messaging.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.payload.CompressionLevel;
import dev.kryonix.messaging.payload.NewMessage;
import dev.kryonix.messaging.publish.MessageIds;
import dev.kryonix.messaging.publish.Publisher;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import dev.kryonix.messaging.topology.Topology;
import io.grpc.Status.Code;
import io.micronaut.context.ApplicationContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The broker's password is rotated while tenants publish, on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RotationIT {
  private static final StepReporter STEPS = (step, action) -> action.run();
  private static final int ROTATIONS = 10;
  private static final Duration LATE = Duration.ofMillis(400);

  private final List<TenantView> made = new ArrayList<>();
  private Path keys;
  private Replica one;
  private Replica other;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    keys = folder;
    one = new Replica(MessagingBeans.start(keys));
    other = new Replica(MessagingBeans.withKeys(keys));
  }

  @AfterEach
  void removeTenants() throws ReconcileException {
    for (TenantView tenant : made) {
      other.topology().remove(tenant.uid(), tenant.id(), STEPS);
      one.topology().remove(tenant.uid(), tenant.id(), STEPS);
    }
    made.clear();
  }

  @AfterAll
  void stop() {
    one.context.close();
    other.context.close();
  }

  /** An instance of the service, with the view of the tenant that its requests see. */
  private record Replica(ApplicationContext context) {
    Topology topology() {
      return context.getBean(Topology.class);
    }

    /** Publishes on a connection of its own, newly opened. */
    void publish(TenantView tenant) throws InterruptedException {
      context.getBean(TenantConnections.class).close(tenant.uid());
      LiveQueue queue = context.getBean(Operations.class).require(tenant, "crm", "leads.create");
      Instant now = Instant.now();
      byte[] payload = new byte[10];
      context
          .getBean(Publisher.class)
          .publish(
              tenant,
              new NewMessage(
                  context.getBean(MessageIds.class).next(now),
                  queue,
                  5,
                  new NewMessage.Content(
                      payload,
                      "application/octet-stream",
                      Map.of(),
                      CompressionLevel.bySize(payload.length),
                      ""),
                  Optional.empty(),
                  now,
                  Map.of()));
    }
  }

  @Test
  void whoeverConnectsWhileThePasswordIsRotatedSucceeds() throws Exception {
    TenantView tenant = tenant();
    one.topology().apply(tenant, STEPS);
    try (Publishing publishing = new Publishing(one, tenant)) {
      TenantView current = tenant;
      for (int i = 0; i < ROTATIONS; i++) {
        current = rotated(current);
        one.topology().apply(current, STEPS);
        publishing.sees(current);
        publishing.awaitTwoMore();
      }
      assertThat(publishing.failure()).isEmpty();
    }
  }

  @Test
  void anInstanceThatHearsOfARotationLateSucceedsToo() throws Exception {
    TenantView tenant = tenant();
    one.topology().apply(tenant, STEPS);
    // On a busy machine, the steps of a rotation take longer than a publish would wait.
    Map<String, Object> patience = Map.of("kryonix.connections.access-patience", "10s");
    try (ApplicationContext context = MessagingBeans.withKeys(keys, patience)) {
      Replica late = new Replica(context);
      late.topology().apply(tenant, STEPS);
      publishThroughRotations(late, tenant);
    }
  }

  private void publishThroughRotations(Replica late, TenantView tenant) throws Exception {
    try (Publishing publishing = new Publishing(late, tenant)) {
      TenantView current = tenant;
      for (int i = 0; i < ROTATIONS / 2; i++) {
        current = rotated(current);
        one.topology().apply(current, STEPS);
        await().pollDelay(LATE).until(() -> true);
        late.topology().apply(current, STEPS);
        publishing.sees(current);
        publishing.awaitTwoMore();
      }
      assertThat(publishing.failure()).isEmpty();
    }
  }

  @Test
  void anOpenConnectionGoesOnThroughARotation() throws Exception {
    TenantView tenant = tenant();
    one.topology().apply(tenant, STEPS);
    BrokerConnection before = one.context.getBean(TenantConnections.class).toPublish(tenant);

    TenantView rotated = rotated(rotated(tenant));
    one.topology().apply(rotated, STEPS);

    assertThat(one.context.getBean(TenantConnections.class).toPublish(rotated)).isSameAs(before);
    assertThat(before.openChannel().isOpen()).isTrue();
  }

  @Test
  void aWorkThatBeganLongBeforeTheRotationsConnectsAgain() throws Exception {
    TenantView tenant = tenant();
    one.topology().apply(tenant, STEPS);
    one.topology().apply(rotated(rotated(rotated(tenant))), STEPS);

    one.publish(tenant);
  }

  @Test
  void whoeverHearsOfNoRotationIsRefusedInTimeAndServedOnceItDoes() throws Exception {
    TenantView tenant = tenant();
    other.topology().apply(tenant, STEPS);
    TenantView rotated = rotated(tenant);
    one.topology().apply(rotated, STEPS);

    Instant before = Instant.now();
    ServiceException refusal =
        catchThrowableOfType(ServiceException.class, () -> other.publish(tenant));
    assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(15));

    other.topology().apply(rotated, STEPS);
    other.publish(rotated);
  }

  @Test
  void thePasswordBeforeDoesNotOpenTheVhostAfterARotation() throws Exception {
    TenantView tenant = tenant();
    one.topology().apply(tenant, STEPS);
    one.topology().apply(rotated(tenant), STEPS);

    BrokerConfig broker = one.context.getBean(BrokerConfig.class);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(broker.host());
    factory.setPort(broker.port());
    factory.setUsername(Names.user(tenant.id()));
    factory.setPassword(one.context.getBean(BrokerPasswords.class).newest(tenant).orElseThrow());
    factory.setVirtualHost(Names.vhost(tenant.id()));
    assertThat(catchThrowableOfType(AuthenticationFailureException.class, factory::newConnection))
        .isNotNull();
  }

  /** Publishes one message after the other, each on a new connection, until it is closed. */
  private static final class Publishing implements AutoCloseable {
    private final AtomicInteger published = new AtomicInteger();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final Thread thread;
    private volatile TenantView seen;
    private volatile Optional<Exception> failure = Optional.empty();

    Publishing(Replica replica, TenantView tenant) {
      seen = tenant;
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!stop.get()) {
                        replica.publish(seen);
                        published.incrementAndGet();
                      }
                    } catch (ServiceException | InterruptedException e) {
                      failure = Optional.of(e);
                    }
                  });
    }

    void sees(TenantView tenant) {
      seen = tenant;
    }

    void awaitTwoMore() {
      int before = published.get();
      await().until(() -> failure.isPresent() || published.get() >= before + 2);
    }

    Optional<Exception> failure() {
      return failure;
    }

    @Override
    public void close() {
      stop.set(true);
      assertThat(joined()).as("publishing ends").isTrue();
    }

    private boolean joined() {
      try {
        return thread.join(Duration.ofSeconds(20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  private TenantView rotated(TenantView tenant) {
    List<SealedSecret> secrets = new ArrayList<>();
    secrets.add(password(tenant.uid(), "p" + (tenant.generation() + 1)));
    secrets.add(tenant.secret("broker-password").orElseThrow());
    secrets.add(tenant.secret("tenant-key").orElseThrow());
    return view(tenant.id(), tenant.uid(), tenant.generation() + 1, secrets);
  }

  private TenantView tenant() {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    SecretBox box = one.context.getBean(SecretBox.class);
    TenantId id = new TenantId("it_" + UUID.randomUUID().toString().substring(0, 8));
    List<SealedSecret> secrets =
        List.of(password(uid, "p1"), box.seal(uid, "tenant-key", "k1", key));
    TenantView tenant = view(id, uid, 1, secrets);
    made.add(tenant);
    return tenant;
  }

  private SealedSecret password(TenantUid uid, String id) {
    return one.context
        .getBean(SecretBox.class)
        .seal(
            uid,
            "broker-password",
            id,
            UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
  }

  private static TenantView view(
      TenantId id, TenantUid uid, long generation, List<SealedSecret> secrets) {
    return new TenantView(
        id,
        uid,
        generation,
        Serving.SERVING,
        "basic",
        Set.of("crm"),
        Limits.newBuilder()
            .setMessaging(
                MessagingLimits.newBuilder()
                    .setConnections(100)
                    .setQueues(50)
                    .setQueueDepth(10_000)
                    .setPublishPerSecond(10_000))
            .build(),
        "local",
        secrets,
        Set.of(),
        Set.of());
  }
}
