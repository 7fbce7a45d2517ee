package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted by hand comes back long before the patrol would come by itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class DriftAtOnceIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Messaging messaging;
  private final ManagementApi api = Messaging.management();

  DriftAtOnceIT(@TempDir Path folder) throws IOException, JOSEException {
    messaging =
        new Messaging(
            folder,
            Map.of(
                "KRYONIX_STATE_PATROL", "1h",
                // On a busy machine, what is mended takes longer than a publish would wait.
                "KRYONIX_CONNECTIONS_ACCESS_PATIENCE", "15s"));
  }

  @AfterAll
  void stop() throws InterruptedException {
    messaging.stop();
  }

  @Test
  void whatTheBrokerTellsOfIsMendedWithoutATenantsDoing() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String policy = ManagementApi.path("policies", Messaging.vhost(tenant), "kryonix");
    JsonElement before = api.get(policy).orElseThrow();

    api.delete(policy);

    await().atMost(SOON).untilAsserted(() -> assertThat(api.get(policy)).contains(before));
  }

  @Test
  void aDeletedUserIsThereAgainAndPublishesGoOn() throws Exception {
    DesiredTenant tenant = messaging.newTenant();
    String user = ManagementApi.path("users", "kryonix_" + tenant.getId());
    assertThat(messaging.publish(tenant)).isNotEmpty();

    api.delete(user);
    await().atMost(SOON).until(() -> api.get(user).isPresent());

    // The broker may close the connections of the user that was there before only now.
    await()
        .atMost(SOON)
        .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
        .until(() -> !messaging.publish(tenant).isEmpty());
  }

  @Test
  void aFirstPublishWaitsForThePermissionThatIsBeingPutBack() throws Exception {
    DesiredTenant tenant = messaging.newTenant();

    api.delete(
        ManagementApi.path("permissions", Messaging.vhost(tenant), "kryonix_" + tenant.getId()));

    assertThat(messaging.publish(tenant)).isNotEmpty();
  }
}
