package dev.kryonix.messaging.topology;

import static dev.kryonix.messaging.topology.Tenants.STEPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.state.ReconcileException;
import dev.kryonix.kit.state.Serving;
import dev.kryonix.kit.state.TenantMeter;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.MessagingBeans;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.messaging.broker.ManagementException;
import dev.kryonix.messaging.broker.Names;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tenant's vhost, user and limits on a real RabbitMQ. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TopologyIT {
  private ApplicationContext context;
  private Tenants tenants;
  private Topology topology;
  private ManagementApi api;

  @BeforeAll
  void start(@TempDir Path keys) throws Exception {
    context = MessagingBeans.start(keys);
    tenants = new Tenants(context);
    topology = context.getBean(Topology.class);
    api = context.getBean(ManagementApi.class);
  }

  @AfterEach
  void removeTenants() throws ReconcileException {
    tenants.removeAll();
  }

  @AfterAll
  void stop() {
    context.close();
  }

  @Test
  void aTenantGetsAVhostWithLimitsPolicyAndExchanges() throws Exception {
    TenantView tenant = tenants.tenant();
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
        // The plan's 50, five delay queues, and the dead letters of nine modules.
        .contains("\"max-queues\":64");
    for (Names.Exchange exchange : Names.EXCHANGES) {
      assertThat(api.get(ManagementApi.path("exchanges", vhost(tenant), exchange.name())))
          .as(exchange.name())
          .isPresent();
    }
  }

  @Test
  void anIdleTenantHasNoQueues() throws Exception {
    TenantView tenant = tenants.tenant();
    topology.apply(tenant, STEPS);

    JsonElement queues = api.get(ManagementApi.path("queues", vhost(tenant))).orElseThrow();
    assertThat(queues.getAsJsonArray()).isEmpty();
  }

  /** Something done to a tenant's things in the broker by hand. */
  private interface Damage {
    void doTo(TenantView tenant, ManagementApi api) throws ManagementException;
  }

  static Stream<Named<Damage>> damages() {
    return Stream.of(
        damage("vhost deleted", (t, api) -> api.delete(ManagementApi.path("vhosts", vhost(t)))),
        damage(
            "vhost's description changed",
            (t, api) -> put(api, "{'description': 'by hand', 'tags': ''}", "vhosts", vhost(t))),
        damage("user deleted", (t, api) -> api.delete(ManagementApi.path("users", user(t)))),
        damage(
            "password changed",
            (t, api) ->
                put(
                    api,
                    "{'password': 'by hand', 'tags': 'kryonix,uid." + t.uid() + "'}",
                    "users",
                    user(t))),
        damage(
            "user made an administrator",
            (t, api) -> {
              JsonObject user =
                  api.get(ManagementApi.path("users", user(t))).orElseThrow().getAsJsonObject();
              user.addProperty("tags", "administrator,kryonix,uid." + t.uid());
              api.put(ManagementApi.path("users", user(t)), user);
            }),
        damage(
            "user limited",
            (t, api) -> put(api, "{'value': 0}", "user-limits", user(t), "max-connections")),
        damage(
            "permission deleted",
            (t, api) -> api.delete(ManagementApi.path("permissions", vhost(t), user(t)))),
        damage(
            "permission changed",
            (t, api) ->
                put(
                    api,
                    "{'configure': '', 'write': '.*', 'read': ''}",
                    "permissions",
                    vhost(t),
                    user(t))),
        damage(
            "permission for another vhost given",
            (t, api) ->
                put(
                    api,
                    "{'configure': '', 'write': '', 'read': '.*'}",
                    "permissions",
                    "/",
                    user(t))),
        damage(
            "routing keys restricted",
            (t, api) ->
                put(
                    api,
                    "{'exchange': 'kryonix.publish', 'write': '^$', 'read': ''}",
                    "topic-permissions",
                    vhost(t),
                    user(t))),
        damage(
            "limit cleared",
            (t, api) -> api.delete(ManagementApi.path("vhost-limits", vhost(t), "max-queues"))),
        damage(
            "limit changed",
            (t, api) -> put(api, "{'value': 100000}", "vhost-limits", vhost(t), "max-connections")),
        damage(
            "policy deleted",
            (t, api) -> api.delete(ManagementApi.path("policies", vhost(t), Names.POLICY))),
        damage(
            "policy changed",
            (t, api) ->
                put(
                    api,
                    "{'pattern': '.*', 'definition': {'max-length': 1}, 'priority': 1}",
                    "policies",
                    vhost(t),
                    Names.POLICY)),
        damage(
            "policy put above ours",
            (t, api) ->
                put(
                    api,
                    "{'pattern': '.*', 'definition': {'max-length': 1}, 'priority': 9}",
                    "policies",
                    vhost(t),
                    "by-hand")),
        damage(
            "exchange deleted",
            (t, api) -> api.delete(ManagementApi.path("exchanges", vhost(t), Names.DEAD_LETTERS))),
        damage(
            "exchange of another type",
            (t, api) -> {
              api.delete(ManagementApi.path("exchanges", vhost(t), Names.PUBLISH));
              put(api, "{'type': 'fanout'}", "exchanges", vhost(t), Names.PUBLISH);
            }));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void whatIsDoneByHandIsFoundAndMended(Damage damage) throws Exception {
    TenantView tenant = tenants.tenant();
    TenantView other = tenants.tenant();
    topology.apply(tenant, STEPS);
    topology.apply(other, STEPS);
    assertThat(topology.drifted(List.of(tenant, other))).isEmpty();

    damage.doTo(tenant, api);

    assertThat(topology.drifted(List.of(tenant, other))).containsExactly(tenant.uid());
    topology.apply(tenant, STEPS);
    assertThat(topology.drifted(List.of(tenant, other))).isEmpty();
    try (Connection connection = connect(tenant, vhost(tenant))) {
      assertThat(connection.isOpen()).isTrue();
    }
  }

  @Test
  void aSuspendedTenantThatWasLetInByHandIsFoundAndShutOut() throws Exception {
    TenantView suspended = with(tenants.tenant(), Serving.SUSPENDED);
    topology.apply(suspended, STEPS);
    assertThat(topology.drifted(List.of(suspended))).isEmpty();
    put(api, "{'value': 10}", "vhost-limits", vhost(suspended), "max-connections");

    assertThat(topology.drifted(List.of(suspended))).containsExactly(suspended.uid());
    topology.apply(suspended, STEPS);

    assertThatThrownBy(() -> connect(suspended, vhost(suspended))).isInstanceOf(IOException.class);
  }

  @Test
  void theQueuesOfADeletedExchangeAreBoundAgain() throws Exception {
    TenantView tenant = tenants.tenant();
    topology.apply(tenant, STEPS);
    context
        .getBean(TenantQueues.class)
        .ensure(tenant, new LiveQueue("crm", "leads.create", 5, Duration.ofHours(1)), Lane.NORMAL);
    context.getBean(TenantQueues.class).ensureDeadLetters(tenant, "crm");
    String before = bindings(tenant);
    assertThat(before).contains("crm.leads.create").contains("crm.dead");
    api.delete(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH));
    api.delete(ManagementApi.path("exchanges", vhost(tenant), Names.DEAD_LETTERS));
    assertThat(bindings(tenant)).isNotEqualTo(before);

    topology.apply(tenant, STEPS);

    assertThat(bindings(tenant)).isEqualTo(before);
  }

  @Test
  void aLaterTenantOfTheSameIdIsNoDriftOfTheEarlierOne() throws Exception {
    TenantView earlier = tenants.tenant();
    topology.apply(earlier, STEPS);
    TenantView later = tenants.tenant(earlier.id());
    topology.apply(later, STEPS);

    assertThat(topology.drifted(List.of(earlier))).isEmpty();
  }

  @Test
  void theBrokersAdministratorIsNeverMadeATenantsUser() {
    String administrator = env("KRYONIX_RABBITMQ_USER");
    TenantId id = Names.tenantOfUser(administrator).orElseThrow();

    assertThatThrownBy(() -> topology.apply(tenants.tenant(id), STEPS))
        .isInstanceOf(ReconcileException.class)
        .hasMessageContaining(administrator);
  }

  @Test
  void usageIsMeasuredForAllTenantsAtOnce() throws Exception {
    TenantView tenant = tenants.tenant();
    TenantView idle = tenants.tenant();
    topology.apply(tenant, STEPS);
    topology.apply(idle, STEPS);
    TenantQueues queues = context.getBean(TenantQueues.class);
    queues.ensure(tenant, new LiveQueue("crm", "a.b", 5, Duration.ofHours(1)), Lane.NORMAL);
    try (Connection connection = connect(tenant, vhost(tenant));
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      channel.basicPublish(Names.PUBLISH, "crm.a.b", null, new byte[10]);
      channel.waitForConfirmsOrDie(5000);
      TenantMeter meter = context.getBean(TenantMeter.class);

      await()
          .untilAsserted(
              () -> {
                Map<TenantUid, Map<String, Long>> usage = meter.measure(List.of(tenant, idle));
                assertThat(usage.get(tenant.uid()))
                    .containsEntry("messaging.queues", 1L)
                    .containsEntry("messaging.messages", 1L)
                    .containsEntry("messaging.connections", 2L);
                assertThat(usage.get(idle.uid()))
                    .containsEntry("messaging.queues", 0L)
                    .containsEntry("messaging.messages", 0L)
                    .containsEntry("messaging.connections", 0L);
              });
    }
  }

  /** What is left when whoever asked for a vhost goes away before the broker has answered. */
  @Test
  void aVhostWithoutTheAdministratorsPermissionIsFinished() throws Exception {
    TenantView tenant = tenants.tenant();
    topology.apply(tenant, STEPS);
    api.delete(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH));
    api.delete(
        ManagementApi.path(
            "permissions", vhost(tenant), context.getBean(BrokerConfig.class).user()));

    topology.apply(tenant, STEPS);

    assertThat(api.get(ManagementApi.path("exchanges", vhost(tenant), Names.PUBLISH))).isPresent();
  }

  private String bindings(TenantView tenant) throws ManagementException {
    Set<String> bindings = new TreeSet<>();
    for (JsonElement binding :
        api.get(ManagementApi.path("bindings", vhost(tenant))).orElseThrow().getAsJsonArray()) {
      bindings.add(binding.toString());
    }
    return bindings.toString();
  }

  private static Named<Damage> damage(String name, Damage damage) {
    return Named.of(name, damage);
  }

  private static void put(ManagementApi api, String body, String... path)
      throws ManagementException {
    api.put(ManagementApi.path(path), JsonParser.parseString(body));
  }

  private static String user(TenantView tenant) {
    return Names.user(tenant.id());
  }

  @Test
  void aTenantsCredentialsOpenItsOwnVhostOnly() throws Exception {
    TenantView one = tenants.tenant();
    TenantView other = tenants.tenant();
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
    TenantView tenant = tenants.tenant();
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
    TenantView tenant = tenants.tenant();
    topology.apply(tenant, STEPS);

    topology.remove(tenant.uid(), tenant.id(), STEPS);
    topology.remove(tenant.uid(), tenant.id(), STEPS);

    assertThat(api.get(ManagementApi.path("vhosts", vhost(tenant)))).isEmpty();
    assertThat(api.get(ManagementApi.path("users", Names.user(tenant.id())))).isEmpty();
  }

  @Test
  void removingAnEarlierTenantOfTheSameIdLeavesTheLaterOneAlone() throws Exception {
    TenantView earlier = tenants.tenant();
    topology.apply(earlier, STEPS);
    TenantView later = tenants.tenant(earlier.id());
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
