package dev.kryonix.messaging.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
            .untilAsserted(() -> assertThat(publish(tenant)).isEqualTo("BROKER_BLOCKED"));
        assertThat(load.checks().queue().confirmed()).isPositive();
      } finally {
        Cluster.ctl(2, "set_disk_free_limit", "256MB");
      }
      load.awaitPhase();
      load.finish();
    }
  }

  /** How a publish to an operation that nobody consumes ends. */
  private String publish(DesiredTenant tenant) throws Exception {
    try {
      MessagingServiceGrpc.newBlockingStub(ground.channel(0))
          .withCallCredentials(ground.caller(tenant))
          .withDeadlineAfter(20, TimeUnit.SECONDS)
          .publish(
              PublishRequest.newBuilder().setModule("crm").setOperation("tasks.assign").build());
      return "";
    } catch (StatusRuntimeException e) {
      return Answers.reason(e);
    }
  }
}
