package dev.kryonix.messaging.queues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.messaging.v1.ClusterNode;
import dev.kryonix.api.messaging.v1.GetClusterHealthResponse;
import dev.kryonix.api.messaging.v1.ListConnectionsRequest;
import dev.kryonix.api.messaging.v1.ListConnectionsResponse;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.broker.BrokerCapabilities;
import dev.kryonix.messaging.connection.PlatformConnection;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The cluster as who runs the platform sees it, on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterIT {
  private ApplicationContext context;
  private ClusterEndpoint cluster;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    context = MessagingBeans.start(keys);
    cluster = context.getBean(ClusterEndpoint.class);
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aRunningNodeIsHealthyAndSaysWhatItCanDo() {
    // A queue that is just being made, as by the tests beside, has no majority for a moment.
    await()
        .untilAsserted(
            () -> {
              GetClusterHealthResponse health = cluster.health();

              assertThat(health.getProblemsList()).isEmpty();
              assertThat(health.getHealthy()).isTrue();
              assertThat(health.getNodesList())
                  .singleElement()
                  .satisfies(
                      node -> {
                        assertThat(node.getRunning()).isTrue();
                        assertThat(node.getMemoryUsedBytes()).isPositive();
                        assertThat(node.getMemoryLimitBytes())
                            .isGreaterThan(node.getMemoryUsedBytes());
                        assertThat(node.getDiskFreeBytes()).isGreaterThan(node.getDiskLimitBytes());
                      });
              assertThat(health.getVhosts()).isPositive();
              assertThat(health.getFeatures().getStreams()).isTrue();
              assertThat(health.getFeatures().getQuorumPriorities())
                  .isEqualTo(BrokerCapabilities.of(health.getVersion()).quorumPriorities());
            });
  }

  @Test
  void connectionsAreListedInPagesWithTheirPurpose() throws Exception {
    context.getBean(PlatformConnection.class).openChannel();

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(
                        cluster
                            .connections(ListConnectionsRequest.getDefaultInstance())
                            .getConnectionsList())
                    .anySatisfy(
                        connection -> {
                          assertThat(connection.getPurpose()).isEqualTo("platform");
                          assertThat(connection.getTenant()).isEmpty();
                          assertThat(connection.getNode()).isNotEmpty();
                        }));
    ListConnectionsResponse one =
        cluster.connections(ListConnectionsRequest.newBuilder().setPageSize(1).build());
    assertThat(one.getConnectionsList()).hasSize(1);
    assertThat(
            cluster
                .connections(ListConnectionsRequest.newBuilder().setTenant("nobody").build())
                .getConnectionsList())
        .isEmpty();
  }

  @Test
  void everyTroubleIsToldOf() {
    ClusterNode bad =
        ClusterNode.newBuilder()
            .setName("a")
            .setRunning(true)
            .setMemoryAlarm(true)
            .setDiskAlarm(true)
            .addPartitions("b")
            .build();
    assertThat(
            ClusterEndpoint.problems(
                List.of(bad, ClusterNode.newBuilder().setName("b").build()), List.of("v/q")))
        .hasSize(5)
        .anyMatch(problem -> problem.contains("memory"))
        .anyMatch(problem -> problem.contains("disk"))
        .anyMatch(problem -> problem.contains("cannot see"))
        .anyMatch(problem -> problem.contains("does not run"))
        .anyMatch(problem -> problem.contains("v/q has no majority"));
  }
}
