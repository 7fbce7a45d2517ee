package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Messaging.variable;
import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.Delivery;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.testkit.network.Fault;
import dev.kryonix.testkit.network.Fault.Direction;
import dev.kryonix.testkit.network.FaultProxy;
import io.grpc.Status.Code;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The broker does what it is asked to, and its answer comes when nobody waits for it any more. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LateAnswerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final FaultProxy broker;
  private final Messaging messaging;

  LateAnswerIT(@TempDir Path folder) throws IOException, JOSEException {
    broker =
        new FaultProxy(
            new InetSocketAddress(
                variable("KRYONIX_RABBITMQ_HOST"),
                Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT"))));
    messaging =
        new Messaging(folder, Map.of("KRYONIX_RABBITMQ_NODES", "127.0.0.1:" + broker.port()));
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    messaging.stop();
    broker.close();
  }

  @Test
  void aMessageThatWasGotTooLateIsThereForTheNextPull() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    messaging.publish(tenant);
    // From now on the tenant has a channel from which messages are got.
    acknowledge(tenant, pull(tenant).getFirst());
    String late = messaging.publish(tenant);

    broker.set(new Fault.HalfOpen(Direction.TO_CLIENT));
    try {
      assertRefusedForNow(() -> pull(tenant), Code.UNAVAILABLE, "STORE_UNAVAILABLE");
    } finally {
      broker.heal();
    }

    List<Delivery> pulled = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              pulled.addAll(pull(tenant));
              return !pulled.isEmpty();
            });
    assertThat(pulled.getFirst().getMessage().getMessageId()).isEqualTo(late);
  }

  private List<Delivery> pull(DesiredTenant tenant) throws JOSEException {
    return messaging
        .stub(tenant)
        .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .pull(PullRequest.newBuilder().addSources("crm.leads.create").build())
        .getDeliveriesList();
  }

  private void acknowledge(DesiredTenant tenant, Delivery delivery) throws JOSEException {
    messaging
        .stub(tenant)
        .acknowledge(AcknowledgeRequest.newBuilder().addAckTokens(delivery.getAckToken()).build());
  }
}
