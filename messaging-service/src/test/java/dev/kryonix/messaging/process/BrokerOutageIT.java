package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.SettlementOutcome;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The broker of the tests is stopped and started again, with the launcher's own script. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class BrokerOutageIT {
  private static final Path SERVERS = Path.of("..", "deploy", "local", "servers");

  /** Who waits for the broker waits for ten seconds. */
  private static final Duration AT_ONCE = Duration.ofSeconds(9);

  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(30);

  /** A publish to a queue that has no leader yet takes ten of them. */
  private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(60);

  private final Path folder;
  private final Messaging messaging;

  BrokerOutageIT(@TempDir Path folder) throws IOException, JOSEException {
    this.folder = folder;
    Messaging.variable("KRYONIX_HOME");
    Messaging.variable("KRYONIX_PORT_OFFSET");
    messaging = new Messaging(folder);
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void confirmedMessagesOutliveTheBrokersRestartAndBothDirectionsResumeByThemselves()
      throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    Set<String> confirmed = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      confirmed.add(messaging.publish(tenant));
    }

    try (Subscription subscription = messaging.subscribe(tenant, "crm.*")) {
      Delivery held = subscription.next();
      servers("down");
      try {
        subscription.awaitThrottle();
        assertRefusedForNow(() -> messaging.publish(tenant), Code.UNAVAILABLE, "STORE_UNAVAILABLE");
        // By now this direction knows, too.
        Instant before = Instant.now();
        assertRefusedForNow(() -> messaging.publish(tenant), Code.UNAVAILABLE, "STORE_UNAVAILABLE");
        assertThat(Duration.between(before, Instant.now())).isLessThan(AT_ONCE);
        await().until(() -> !messaging.service().isServing());
      } finally {
        servers("up");
      }

      await().atMost(RECOVERED_WITHIN).until(messaging.service()::isServing);
      await().atMost(CONFIRMED_WITHIN).until(() -> publish(tenant, confirmed));
      assertThat(subscription.acknowledge(held))
          .isEqualTo(SettlementOutcome.SETTLEMENT_OUTCOME_STALE);
      while (!confirmed.isEmpty()) {
        Delivery delivery = subscription.next();
        if (subscription.acknowledge(delivery) == SettlementOutcome.SETTLEMENT_OUTCOME_OK) {
          confirmed.remove(delivery.getMessage().getMessageId());
        }
      }
    }
  }

  /**
   * Whether a publish is confirmed; the tenant's connection may be back later than the service's.
   */
  private boolean publish(DesiredTenant tenant, Set<String> confirmed) throws JOSEException {
    try {
      return confirmed.add(messaging.publish(tenant));
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).isIn(Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED);
      return false;
    }
  }

  private void servers(String command) throws IOException, InterruptedException {
    Path log = folder.resolve("servers.log");
    Process process =
        new ProcessBuilder(SERVERS.toString(), command, "rabbitmq")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS))
        .as("servers %s; see %s", command, log)
        .isTrue();
    assertThat(process.exitValue()).as("servers %s; see %s", command, log).isZero();
  }
}
