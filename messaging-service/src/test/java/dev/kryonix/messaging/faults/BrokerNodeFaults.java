package dev.kryonix.messaging.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Nodes of the broker are killed under load, and stop taking messages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class BrokerNodeFaults {
  private static final String UNCONSUMED = "tasks.assign";
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Ground ground;

  BrokerNodeFaults(@TempDir Path folder) throws IOException, JOSEException {
    ground = new Ground(folder, Cluster.settings());
  }

  @AfterAll
  void stop() throws InterruptedException {
    ground.stop();
  }

  @Test
  void nothingConfirmedIsLostDoubledOrOutOfOrderWhenTheNodeThatLeadsTheQueuesIsKilled()
      throws Exception {
    try (Load load = Load.start(ground, "leader killed")) {
      int leader = Cluster.leader(load.tenants().getFirst(), "crm.leads.create.ordered");

      Cluster.kill(leader);
      try {
        load.assertConverges();
        load.awaitPhase();
      } finally {
        Cluster.mend();
      }
      load.awaitPhase();
      load.finish();
    }
  }

  @Test
  @Tag("long")
  void nothingConfirmedIsLostDoubledOrOutOfOrderWhenEveryNodeIsKilledInTurn() throws Exception {
    try (Load load = Load.start(ground, "all nodes in turn")) {

      for (int node = 1; node <= Cluster.nodes().size(); node++) {
        Cluster.kill(node);
        try {
          load.awaitPhase();
        } finally {
          Cluster.mend();
        }
      }
      load.assertConverges();
      load.awaitPhase();
      load.finish();
    }
  }

  @Test
  void whatIsRefusedDuringADiskAlarmIsNotThereAndWhatWasConfirmedIs() throws Exception {
    try (Load load = Load.start(ground, "disk alarm")) {
      DesiredTenant tenant = load.tenants().getFirst();

      Cluster.ctl(2, "set_disk_free_limit", "100000GB");
      try {
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> assertThat(publish(tenant, UNCONSUMED)).isEqualTo("BROKER_BLOCKED"));
        assertThat(load.checks().queue().confirmed()).isPositive();
      } finally {
        Cluster.ctl(2, "set_disk_free_limit", "256MB");
      }
      load.awaitPhase();
      load.finish();
    }
  }

  /**
   * A consumer that has been cancelled is forgotten by the queue when its node dies, with what it
   * has, until the queue has another leader: so the queue is led from elsewhere here.
   */
  @Test
  @Tag("long")
  void whatAPullHoldsComesBackWhenTheNodeThatItCameThroughDies() throws Exception {
    DesiredTenant tenant = ground.messaging().newTenant();
    await().atMost(PATIENCE).until(() -> publish(tenant, "leads.create").isEmpty());
    assertThat(pull(tenant, "leads.create", LONGEST_WAIT)).hasSize(1);
    int through = Cluster.nodeOfConsumers(tenant);
    Cluster.declareAt(through % Cluster.nodes().size() + 1, tenant, "crm." + UNCONSUMED);
    // Not on the common pool, on which the client of the management API works, too.
    CompletableFuture<List<Delivery>> waiting =
        CompletableFuture.supplyAsync(
            () -> pull(tenant, UNCONSUMED, LONGEST_WAIT), Thread::startVirtualThread);
    Cluster.awaitConsumer(tenant, "crm." + UNCONSUMED);
    await().atMost(PATIENCE).until(() -> publish(tenant, UNCONSUMED).isEmpty());
    String message = waiting.get().getFirst().getMessage().getMessageId();

    Cluster.kill(through);
    try {
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsMatching(StatusRuntimeException.class::isInstance)
          .until(
              () ->
                  pull(tenant, UNCONSUMED, Duration.ofSeconds(1)).stream()
                      .anyMatch(again -> again.getMessage().getMessageId().equals(message)));
    } finally {
      Cluster.mend();
    }
  }

  private List<Delivery> pull(DesiredTenant tenant, String operation, Duration wait) {
    try {
      return MessagingServiceGrpc.newBlockingStub(ground.channel(0))
          .withCallCredentials(ground.caller(tenant))
          .withDeadlineAfter(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS)
          .pull(
              PullRequest.newBuilder()
                  .addSources("crm." + operation)
                  .setWait(Durations.fromMillis(wait.toMillis()))
                  .setLease(Durations.fromMinutes(10))
                  .build())
          .getDeliveriesList();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** The reason for which a publish is refused; empty when it is not. */
  private String publish(DesiredTenant tenant, String operation) throws Exception {
    try {
      MessagingServiceGrpc.newBlockingStub(ground.channel(0))
          .withCallCredentials(ground.caller(tenant))
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .publish(PublishRequest.newBuilder().setModule("crm").setOperation(operation).build());
      return "";
    } catch (StatusRuntimeException e) {
      return Answers.reason(e);
    }
  }
}
