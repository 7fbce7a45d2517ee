package dev.kryonix.kit.state;

import static dev.kryonix.kit.state.Sample.ACME;
import static dev.kryonix.kit.state.Sample.FIRST;
import static dev.kryonix.kit.state.Sample.GLOBEX;
import static dev.kryonix.kit.state.Sample.SECOND;
import static dev.kryonix.kit.state.Sample.complete;
import static dev.kryonix.kit.state.Sample.removal;
import static dev.kryonix.kit.state.Sample.tenant;
import static dev.kryonix.kit.state.Sample.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.server.Readiness;
import dev.kryonix.kit.streams.LoopbackServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client on its threads, over a real channel, against a real gRPC server. */
final class StateClientTest {
  private final StateServer state = new StateServer();
  private final LoopbackServer server = new LoopbackServer(state);
  private final TenantDirectory directory = new TenantDirectory(InstantSource.system());
  private final Readiness readiness = new Readiness();
  private final Reconciler reconciler = new Reconciler();
  private final StateClient client =
      new StateClient(
          reconciler,
          directory,
          new GrpcNetwork(StateServiceGrpc.newStub(server.channel())),
          new StateSession.Identity("messaging", "i1", 4),
          new StateConfig(4, Duration.ofSeconds(1), Optional.empty()),
          readiness,
          InstantSource.system());

  StateClientTest() throws IOException {}

  @BeforeEach
  void start() {
    client.start();
  }

  @AfterEach
  void stop() throws InterruptedException {
    client.stop();
    server.close();
  }

  @Test
  void aTenantIsProvisionedWithItsStepsToldAndAcknowledged() throws InterruptedException {
    StateServer.Stream stream = opened();

    stream.send(update("n1", tenant(ACME, FIRST, 1)));

    assertThat(stream.next().getAck().getNonce()).isEqualTo("n1");
    assertThat(directory.find(ACME, FIRST)).isPresent();
    assertThat(stream.progress)
        .extracting(
            message -> message.getProgress().getStep() + " " + message.getProgress().getState())
        .containsExactly(
            "vhost " + StepState.STEP_STATE_STARTED, "vhost " + StepState.STEP_STATE_DONE);
  }

  @Test
  void readinessFollowsTheFirstSyncAndOutlivesTheServer() throws InterruptedException {
    StateServer.Stream stream = opened();
    assertThat(readiness.isServing()).isFalse();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    stream.send(complete(1));
    await().until(readiness::isServing);

    server.close();

    await().during(Duration.ofMillis(300)).until(readiness::isServing);
    assertThat(directory.find(ACME)).isPresent();
  }

  @Test
  void afterALostStreamItComesBackSayingWhatItHas() throws InterruptedException {
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 7)));
    assertThat(stream.next().hasAck()).isTrue();

    stream.fail();

    assertThat(state.next().next().getHello().getKnownGenerationsList()).containsExactly(7L);
  }

  @Test
  void aFailedStepIsNamedInTheNack() throws InterruptedException {
    reconciler.failure = new ReconcileException("BrokerUnavailable", "connection refused");
    StateServer.Stream stream = opened();

    stream.send(update("n1", tenant(ACME, FIRST, 1)));

    assertThat(stream.next().getNack())
        .isEqualTo(
            Nack.newBuilder()
                .setNonce("n1")
                .setStep("vhost")
                .setReason("BrokerUnavailable")
                .setDetail("connection refused")
                .build());
    assertThat(directory.find(ACME)).isEmpty();
  }

  @Test
  void aRefusalOfAStoreIsItsReasonInTheNack() throws InterruptedException {
    reconciler.refusal =
        CommonErrors.storeUnavailable("postgres", new IllegalStateException("secret"));
    StateServer.Stream stream = opened();

    stream.send(update("n1", tenant(ACME, FIRST, 1)));

    Nack nack = stream.next().getNack();
    assertThat(nack.getReason()).isEqualTo("StoreUnavailable");
    assertThat(nack.getDetail()).doesNotContain("secret");
  }

  @Test
  void aDefectOfTheReconcilerIsAnIncidentAndBlocksNobody() throws InterruptedException {
    reconciler.refusal = new IllegalStateException("secret");
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));

    Nack nack = stream.next().getNack();
    assertThat(nack.getReason()).isEqualTo("InternalDefect");
    assertThat(nack.getDetail()).contains("incident").doesNotContain("secret");

    reconciler.refusal = null;
    stream.send(update("n2", tenant(GLOBEX, SECOND, 1)));
    assertThat(stream.next().getAck().getNonce()).isEqualTo("n2");
  }

  @Test
  void aSuspensionIsSeenWhileTheReconcilerStillWorks() throws InterruptedException {
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();
    CountDownLatch working = new CountDownLatch(1);
    reconciler.hold = working;

    stream.send(
        update("n2", tenant(ACME, FIRST, 2).setServing(ServingState.SERVING_STATE_SUSPENDED)));

    await().until(() -> directory.find(ACME).orElseThrow().serving() == Serving.SUSPENDED);
    working.countDown();
    assertThat(stream.next().getAck().getNonce()).isEqualTo("n2");
  }

  @Test
  void aRemovalReachesTheReconcilerAndEmptiesTheDirectory() throws InterruptedException {
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();

    stream.send(removal("n2", ACME, FIRST, 2));

    assertThat(stream.next().getAck().getNonce()).isEqualTo("n2");
    assertThat(reconciler.removed).containsExactly(FIRST);
    assertThat(directory.find(ACME)).isEmpty();
  }

  @Test
  void aRemovalIsCountedBeforeAndAfter() throws InterruptedException {
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();

    stream.send(removal("n2", ACME, FIRST, 2));

    assertThat(stream.next().getAck().getCountsMap()).containsExactly(Map.entry("vhosts", 0L));
    assertThat(stream.progress)
        .filteredOn(message -> message.getProgress().getStep().equals("count"))
        .last()
        .satisfies(
            message ->
                assertThat(message.getProgress().getCountsMap())
                    .containsExactly(Map.entry("vhosts", 1L)));
  }

  @Test
  void whatIsLeftAfterARemovalIsARefusal() throws InterruptedException {
    reconciler.left = 1;
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();

    stream.send(removal("n2", ACME, FIRST, 2));

    Nack nack = stream.next().getNack();
    assertThat(nack.getReason()).isEqualTo("NotErased");
    assertThat(nack.getStep()).isEqualTo("census");
    assertThat(nack.getDetail()).contains("vhosts=1");
  }

  @Test
  void aTenantThatWasChangedByHandIsMadeTrueAgain() throws InterruptedException {
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();
    Patrol patrol = patrol(Optional.of(tenants -> Map.of(FIRST, Map.of("messaging.queues", 3L))));

    stream.send(complete(1));
    stream.send(Sample.lease(Duration.ofMinutes(1)));
    reconciler.drifted.add(FIRST);
    patrol.start();

    await().until(() -> reconciler.applied.size() == 2);
    assertThat(stream.next().getUsage().getAmountsMap()).containsEntry("messaging.queues", 3L);
    patrol.stop();
    assertThat(directory.find(ACME)).isPresent();
  }

  @Test
  void aServiceThatIsCutOffMendsNothingUntilItHasHeardAgain() throws InterruptedException {
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();
    Patrol patrol = patrol(Optional.empty());

    stream.send(complete(1));
    reconciler.drifted.add(FIRST);
    directory.lease(Duration.ZERO);
    patrol.start();

    await()
        .during(Duration.ofSeconds(2))
        .untilAsserted(
            () -> assertThat(reconciler.drifted).as("what nobody has asked for").contains(FIRST));
    stream.send(Sample.lease(Duration.ofMinutes(1)));
    await().until(() -> reconciler.applied.size() == 2);
    patrol.stop();
  }

  @Test
  void aRestartedServiceSaysWhatItHadAndServesNobodyBeforeItHasHeard(@TempDir Path folder)
      throws InterruptedException {
    opened();
    StateClient before = keepingIn(folder, directory);
    before.start();
    StateServer.Stream stream = opened();
    stream.send(update("n1", tenant(ACME, FIRST, 7)));
    assertThat(stream.next().hasAck()).isTrue();
    reconciler.failure = new ReconcileException("BrokerUnavailable", "connection refused");
    stream.send(update("n2", tenant(GLOBEX, SECOND, 3)));
    assertThat(stream.next().hasNack()).isTrue();
    before.stop();

    TenantDirectory restarted = new TenantDirectory(InstantSource.system());
    StateClient after = keepingIn(folder, restarted);
    after.start();

    Hello hello = state.next().next().getHello();
    assertThat(hello.getKnownUids()).isEqualTo(FIRST.toBytes().concat(SECOND.toBytes()));
    assertThat(hello.getKnownGenerationsList()).containsExactly(7L, 0L);
    assertThat(restarted.find(ACME, FIRST)).isPresent();
    assertThat(restarted.find(GLOBEX)).isEmpty();
    assertThatThrownBy(() -> restarted.require(Sample.caller(ACME, Optional.of(FIRST))))
        .isInstanceOfSatisfying(
            ServiceException.class,
            refusal -> assertThat(refusal.reasonName()).isEqualTo("UPSTREAM_UNAVAILABLE"));
    after.stop();
  }

  private StateClient keepingIn(Path folder, TenantDirectory tenants) {
    return new StateClient(
        reconciler,
        tenants,
        new GrpcNetwork(StateServiceGrpc.newStub(server.channel())),
        new StateSession.Identity("messaging", "i2", 4),
        new StateConfig(4, Duration.ofSeconds(1), Optional.of(folder)),
        readiness,
        InstantSource.system());
  }

  @Test
  void usageIsReported() throws InterruptedException {
    StateServer.Stream stream = opened();
    // The first answer shows that the stream is open.
    stream.send(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(stream.next().hasAck()).isTrue();

    client.reportUsage(FIRST, Map.of("messaging.queues", 3L));

    assertThat(stream.next().getUsage().getAmountsMap()).containsEntry("messaging.queues", 3L);
  }

  private StateServer.Stream opened() throws InterruptedException {
    StateServer.Stream stream = state.next();
    assertThat(stream.next().getHello().getService()).isEqualTo("messaging");
    return stream;
  }

  /** Does what the test says. */
  private Patrol patrol(Optional<TenantMeter> meter) {
    return new Patrol(
        reconciler,
        meter,
        directory,
        client,
        new PatrolBell(),
        new StateConfig(1, Duration.ofSeconds(1), Optional.empty()),
        new SimpleMeterRegistry());
  }

  private static final class Reconciler implements TenantReconciler {
    final List<TenantUid> removed = new CopyOnWriteArrayList<>();
    final List<TenantUid> applied = new CopyOnWriteArrayList<>();
    final Set<TenantUid> drifted = ConcurrentHashMap.newKeySet();
    volatile long left;
    volatile @Nullable ReconcileException failure;
    volatile @Nullable RuntimeException refusal;
    volatile @Nullable CountDownLatch hold;

    @Override
    public void apply(TenantView desired, StepReporter steps) throws ReconcileException {
      applied.add(desired.uid());
      steps.run(
          "vhost",
          () -> {
            ReconcileException failing = failure;
            RuntimeException refusing = refusal;
            CountDownLatch waiting = hold;
            if (failing != null) {
              throw failing;
            }
            if (refusing != null) {
              throw refusing;
            }
            if (waiting != null) {
              try {
                waiting.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          });
    }

    @Override
    public void remove(TenantUid uid, TenantId id, StepReporter steps) {
      removed.add(uid);
    }

    @Override
    public Map<String, Long> census(TenantUid uid, TenantId id) {
      return Map.of("vhosts", removed.contains(uid) ? left : 1);
    }

    @Override
    public Set<TenantUid> drifted(Collection<TenantView> tenants) {
      Set<TenantUid> found = Set.copyOf(drifted);
      drifted.clear();
      return found;
    }
  }
}
