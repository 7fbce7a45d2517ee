package dev.kryonix.messaging.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.StepReporter;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's vhost, user and limits on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TopologyIT {
  private static final StepReporter STEPS = (step, action) -> action.run();

  private final List<TenantView> made = new ArrayList<>();
  private ApplicationContext context;
  private Topology topology;
  private ManagementApi api;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    assertThat(System.getenv())
        .as("run through ./kryonix test")
        .containsKey("KRYONIX_RABBITMQ_PORT");
    GenerateKeys.main(new String[] {keys.toString(), "messaging"});
    context =
        ApplicationContext.run(
            Map.of(
                "kryonix.server.service", "messaging", "kryonix.server.keys-dir", keys.toString()));
    topology = context.getBean(Topology.class);
    api = context.getBean(ManagementApi.class);
  }

  @AfterEach
  void removeTenants() throws ReconcileException {
    for (TenantView tenant : made) {
      topology.remove(tenant.uid(), tenant.id(), STEPS);
    }
    made.clear();
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aTenantGetsAVhostWithLimitsPolicyAndExchanges() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);

    assertThat(api.get(ManagementApi.path("vhosts", vhost(tenant)))).isPresent();
    assertThat(
            api.get(ManagementApi.path("policies", vhost(tenant), Names.POLICY))
                .orElseThrow()
                .toString())
        .contains("\"max-length\":1000")
        .contains("reject-publish");
    assertThat(api.get(ManagementApi.path("vhost-limits", vhost(tenant))).orElseThrow().toString())
        .contains("\"max-connections\":10")
        .contains("\"max-queues\":50");
    for (Names.Exchange exchange : Names.EXCHANGES) {
      assertThat(api.get(ManagementApi.path("exchanges", vhost(tenant), exchange.name())))
          .as(exchange.name())
          .isPresent();
    }
  }

  @Test
  void anIdleTenantHasNoQueues() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);

    JsonElement queues = api.get(ManagementApi.path("queues", vhost(tenant))).orElseThrow();
    assertThat(queues.getAsJsonArray()).isEmpty();
  }

  @Test
  void whatWasDeletedOrChangedByHandIsPutBack() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);
    api.delete(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH));
    api.delete(ManagementApi.path("permissions", vhost(tenant), Names.user(tenant.id())));
    api.delete(ManagementApi.path("policies", vhost(tenant), Names.POLICY));

    topology.apply(tenant, STEPS);

    assertThat(api.get(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH))).isPresent();
    assertThat(api.get(ManagementApi.path("policies", vhost(tenant), Names.POLICY))).isPresent();
    try (Connection connection = connect(tenant, vhost(tenant))) {
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void aDeletedVhostComesBack() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);
    api.delete(ManagementApi.path("vhosts", vhost(tenant)));

    topology.apply(tenant, STEPS);

    try (Connection connection = connect(tenant, vhost(tenant))) {
      assertThat(connection.isOpen()).isTrue();
    }
  }

  /** What is left when whoever asked for a vhost goes away before the broker has answered. */
  @Test
  void aVhostWithoutTheAdministratorsPermissionIsFinished() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);
    api.delete(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH));
    api.delete(
        ManagementApi.path(
            "permissions", vhost(tenant), context.getBean(BrokerConfig.class).user()));

    topology.apply(tenant, STEPS);

    assertThat(api.get(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH))).isPresent();
  }

  @Test
  void aTenantsCredentialsOpenItsOwnVhostOnly() throws Exception {
    TenantView one = tenant();
    TenantView other = tenant();
    topology.apply(one, STEPS);
    topology.apply(other, STEPS);

    try (Connection connection = connect(one, vhost(one))) {
      assertThat(connection.isOpen()).isTrue();
    }
    assertThatThrownBy(() -> connect(one, vhost(other))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> connect(one, "/")).isInstanceOf(IOException.class);
  }

  @Test
  void aSuspendedTenantCannotConnectAndAResumedOneCan() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);

    topology.apply(with(tenant, Serving.SUSPENDED), STEPS);
    assertThatThrownBy(() -> connect(tenant, vhost(tenant))).isInstanceOf(IOException.class);

    topology.apply(tenant, STEPS);
    try (Connection connection = connect(tenant, vhost(tenant))) {
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void aRemovedTenantLeavesNothingAndRemovingItAgainIsHarmless() throws Exception {
    TenantView tenant = tenant();
    topology.apply(tenant, STEPS);

    topology.remove(tenant.uid(), tenant.id(), STEPS);
    topology.remove(tenant.uid(), tenant.id(), STEPS);

    assertThat(api.get(ManagementApi.path("vhosts", vhost(tenant)))).isEmpty();
    assertThat(api.get(ManagementApi.path("users", Names.user(tenant.id())))).isEmpty();
  }

  @Test
  void removingAnEarlierTenantOfTheSameIdLeavesTheLaterOneAlone() throws Exception {
    TenantView earlier = tenant();
    topology.apply(earlier, STEPS);
    TenantView later = tenant(earlier.id());
    topology.apply(later, STEPS);

    topology.remove(earlier.uid(), earlier.id(), STEPS);

    try (Connection connection = connect(later, vhost(later))) {
      assertThat(connection.isOpen()).isTrue();
    }
    assertThatThrownBy(() -> connect(earlier, vhost(earlier))).isInstanceOf(IOException.class);
  }

  private Connection connect(TenantView tenant, String vhost)
      throws IOException, TimeoutException, ManagementException {
    SecretBox secrets = context.getBean(SecretBox.class);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(env("KRYONIX_RABBITMQ_HOST"));
    factory.setPort(Integer.parseInt(env("KRYONIX_RABBITMQ_PORT")));
    factory.setUsername(Names.user(tenant.id()));
    factory.setPassword(
        new String(
            secrets.open(tenant.secret("broker-password").orElseThrow(), tenant.uid()),
            StandardCharsets.UTF_8));
    factory.setVirtualHost(vhost);
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  private TenantView tenant() {
    return tenant(new TenantId("it_" + UUID.randomUUID().toString().substring(0, 8)));
  }

  private TenantView tenant(TenantId id) {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    SecretBox secrets = context.getBean(SecretBox.class);
    TenantView tenant =
        new TenantView(
            id,
            uid,
            1,
            Serving.SERVING,
            "basic",
            Set.of("crm"),
            Limits.newBuilder()
                .setMessaging(
                    MessagingLimits.newBuilder()
                        .setConnections(10)
                        .setQueues(50)
                        .setQueueDepth(1000))
                .build(),
            "local",
            List.of(
                secrets.seal(
                    uid,
                    "broker-password",
                    "p1",
                    UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8))),
            Set.of(),
            Set.of());
    made.add(tenant);
    return tenant;
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

  private static String vhost(TenantView tenant) {
    return Names.vhost(tenant.id());
  }

  private static String env(String name) {
    return Objects.requireNonNull(System.getenv(name), name);
  }
}
