package dev.kryonix.messaging.process;

import static dev.kryonix.messaging.process.Refusals.assertRefusedForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The broker of the tests raises its memory alarm, for real. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated
final class AlarmIT {
  /** Who waits for the broker waits for ten seconds. */
  private static final Duration AT_ONCE = Duration.ofSeconds(9);

  /** More than a tenant has channels to publish on, most of which are not open at the alarm. */
  private static final int STREAMS = 6;

  private final Path folder;
  private final Messaging messaging;

  AlarmIT(@TempDir Path folder) throws IOException, JOSEException {
    this.folder = folder;
    messaging = new Messaging(folder);
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void publishesAreRefusedAtOnceWhileConsumersGoOnAndResumeByThemselves() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    DesiredTenant withoutConnection = messaging.newTenant();
    for (int i = 0; i < 5; i++) {
      messaging.publish(tenant);
    }
    try (Subscription subscription = messaging.subscribe(tenant, "crm.*")) {
      watermark("1MB");
      try {
        await().untilAsserted(() -> assertBlocked(tenant));
        assertBlocked(tenant);
        assertBlocked(withoutConnection);
        assertBlocked(tenant, "tasks.assign");
        assertThat(messaging.service().isServing()).isTrue();
        for (int i = 0; i < 5; i++) {
          subscription.acknowledge(subscription.next());
        }

        for (int i = 0; i < STREAMS; i++) {
          assertStreamBlocked(tenant);
        }
      } finally {
        watermark("768MB");
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> !messaging.publish(tenant).isEmpty());
    }
  }

  private void assertStreamBlocked(DesiredTenant tenant) throws Exception {
    Instant before = Instant.now();
    List<PublishStreamResponse> responses =
        PublishCalls.stream(
            messaging.service().channel(),
            messaging.caller(tenant),
            Collections.nCopies(
                20,
                PublishRequest.newBuilder().setModule("crm").setOperation("leads.create").build()));
    assertThat(PublishCalls.results(responses))
        .hasSize(20)
        .extracting(PublishResult::getProblem)
        .allSatisfy(problem -> assertThat(problem.getReason()).isEqualTo("BROKER_BLOCKED"));
    // Told again after five seconds.
    assertThat(responses).filteredOn(PublishStreamResponse::hasThrottle).hasSizeBetween(1, 2);
    assertThat(Duration.between(before, Instant.now())).isLessThan(AT_ONCE);
  }

  private void assertBlocked(DesiredTenant tenant) {
    assertBlocked(tenant, "leads.create");
  }

  /** To a queue that is there or, as the broker reads nothing, cannot be declared. */
  private void assertBlocked(DesiredTenant tenant, String operation) {
    Instant before = Instant.now();
    PublishRequest message =
        PublishRequest.newBuilder().setModule("crm").setOperation(operation).build();
    assertRefusedForNow(
        () -> messaging.stub(tenant).publish(message), Code.RESOURCE_EXHAUSTED, "BROKER_BLOCKED");
    assertThat(Duration.between(before, Instant.now())).isLessThan(AT_ONCE);
  }

  /** As an operator does, on the private node of the tests. */
  private void watermark(String bytes) throws IOException, InterruptedException {
    Path log = folder.resolve("rabbitmqctl.log");
    Process process =
        new ProcessBuilder(
                Path.of("..", "deploy", "local", "servers").toString(),
                "rabbitmqctl",
                "set_vm_memory_high_watermark",
                "absolute",
                bytes)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("rabbitmqctl; see %s", log).isTrue();
    assertThat(process.exitValue()).as("rabbitmqctl; see %s", log).isZero();
  }
}
