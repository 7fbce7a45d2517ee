package dev.kryonix.messaging.process;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.identity.ServiceKeys;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import dev.kryonix.testkit.ServiceProcess;
import dev.kryonix.testkit.TestTenants;
import io.grpc.CallCredentials;
import io.grpc.Server;
import io.grpc.StatusException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** The service in a process of its own, the tenant-service that it follows, and its broker. */
public final class Messaging {
  private static final String BROKER_PASSWORD = "broker-password";
  private static final String ALL = "messaging.publish messaging.subscribe messaging.admin";

  /** A little less than the broker waits for a queue's leader before it says 0. */
  private static final Duration ANSWERED_WITHIN = Duration.ofMillis(200);

  private static final MessagingLimits LIMITS =
      MessagingLimits.newBuilder()
          .setConnections(10)
          .setChannels(50)
          .setQueues(50)
          .setQueueDepth(1000)
          .setPublishPerSecond(1000)
          .build();

  private final Path keys;
  private final TestTenants tenants;
  private final Server tenantService;
  private final ServiceProcess service;
  private final Map<String, String> settings;

  Messaging(Path folder) throws IOException, JOSEException {
    this(folder, Map.of());
  }

  /** With further settings of the process, as environment variables. */
  public Messaging(Path folder, Map<String, String> settings) throws IOException, JOSEException {
    keys = folder.resolve("keys");
    GenerateKeys.main(new String[] {keys.toString(), "tenant", "messaging", "backup"});
    tenants =
        new TestTenants(
            new SecretBox(MasterKey.read(keys.resolve("master.key")), new SecureRandom()));
    tenantService = TestTenants.serve(tenants.services());
    this.settings = Map.copyOf(settings);
    service = start(folder);
  }

  private ServiceProcess start(Path folder) throws IOException {
    Map<String, String> all = new HashMap<>(settings);
    // The one broker of many tests may be slow to greet, and there is no other to try sooner.
    all.putIfAbsent("KRYONIX_BROKER_CONNECT_TIMEOUT", "10s");
    all.put("KRYONIX_KEYS_DIR", keys.toString());
    all.put("KRYONIX_INSTANCE", "it-" + UUID.randomUUID());
    all.put("KRYONIX_TENANT_ADDRESS", "127.0.0.1:" + tenantService.getPort());
    return ServiceProcess.start("dev.kryonix.messaging.Application", folder, all);
  }

  /** A further instance of the service, in a folder of its own. */
  public ServiceProcess replica(Path folder) throws IOException {
    Files.createDirectories(folder);
    return start(folder);
  }

  public TestTenants tenants() {
    return tenants;
  }

  public ServiceProcess service() {
    return service;
  }

  /** A tenant with the modules crm and agendamento. */
  public DesiredTenant newTenant() {
    return newTenant(LIMITS);
  }

  /** The limits of a new tenant. */
  static MessagingLimits limits() {
    return LIMITS;
  }

  /** Gives the tenant other modules. */
  DesiredTenant changeModules(DesiredTenant tenant, String... modules) {
    return tenants.change(
        tenant, changed -> changed.clearModules().addAllModules(List.of(modules)));
  }

  /** Gives the tenant other limits. */
  DesiredTenant changeLimits(DesiredTenant tenant, MessagingLimits limits) {
    return tenants.change(tenant, changed -> changed.getLimitsBuilder().setMessaging(limits));
  }

  DesiredTenant newTenantOfQueueDepth(int messages) {
    return newTenant(LIMITS.toBuilder().setQueueDepth(messages).build());
  }

  DesiredTenant newTenantOfChannels(int channels) {
    return newTenant(LIMITS.toBuilder().setChannels(channels).build());
  }

  /** A tenant of another plan from its beginning on, for every instance. */
  public DesiredTenant newTenantOfPlan(String plan) {
    return newTenant(LIMITS, plan);
  }

  private DesiredTenant newTenant(MessagingLimits limits) {
    return newTenant(limits, "basic");
  }

  private DesiredTenant newTenant(MessagingLimits limits, String plan) {
    String id = "it_" + UUID.randomUUID().toString().substring(0, 8);
    return tenants.create(
        id,
        tenant ->
            tenant
                .setPlan(plan)
                .addAllModules(List.of("agendamento", "crm"))
                .setLimits(Limits.newBuilder().setMessaging(limits))
                .addSecrets(
                    tenants.seal(
                        TenantUid.fromBytes(tenant.getUid()),
                        BROKER_PASSWORD,
                        "p1",
                        UUID.randomUUID().toString())));
  }

  MessagingServiceGrpc.MessagingServiceBlockingStub stub(DesiredTenant tenant)
      throws JOSEException {
    return MessagingServiceGrpc.newBlockingStub(service.channel())
        .withCallCredentials(caller(tenant))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  /** As {@link #stub(DesiredTenant)}, to another instance. */
  MessagingServiceGrpc.MessagingServiceBlockingStub stub(
      DesiredTenant tenant, ServiceProcess instance) throws JOSEException {
    return MessagingServiceGrpc.newBlockingStub(instance.channel())
        .withCallCredentials(caller(tenant))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  /**
   * How many messages are ready in a queue, as the broker itself counts. It says 0 as well when the
   * queue's leader has not answered it within a quarter of a second, so a 0 that took as long is
   * asked for again.
   */
  long ready(DesiredTenant tenant, String queue) throws IOException, TimeoutException {
    try (Connection connection = connect(tenant, vhost(tenant));
        Channel channel = connection.createChannel()) {
      AtomicLong ready = new AtomicLong();
      await("the leader of " + queue + " answers")
          .pollDelay(Duration.ZERO)
          .until(
              () -> {
                long asked = System.nanoTime();
                ready.set(channel.messageCount(queue));
                return ready.get() > 0 || System.nanoTime() - asked < ANSWERED_WITHIN.toNanos();
              });
      return ready.get();
    }
  }

  /** Publishes a small message to {@code crm.leads.create} and returns its id. */
  String publish(DesiredTenant tenant) throws JOSEException {
    return stub(tenant)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setPriority(5)
                .setData(ByteString.copyFromUtf8("n"))
                .build())
        .getMessageId();
  }

  Subscription subscribe(DesiredTenant tenant, String source)
      throws JOSEException, InterruptedException, StatusException, TimeoutException {
    return subscribe(tenant, SubscribeStart.newBuilder().addSources(source).build());
  }

  Subscription subscribe(DesiredTenant tenant, SubscribeStart start)
      throws JOSEException, InterruptedException, StatusException, TimeoutException {
    return Subscription.open(service.channel(), caller(tenant), start);
  }

  /** Calls as the backup service. */
  CallCredentials backupService() {
    return new ServiceCredentials(
        "backup", ServiceKeys.read(keys, "backup"), InstantSource.system());
  }

  public CallCredentials caller(DesiredTenant tenant) throws JOSEException {
    return tenants.caller(tenant, ALL);
  }

  /** A connection to the broker as the tenant's own user. */
  Connection connect(DesiredTenant tenant, String vhost) throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(variable("KRYONIX_RABBITMQ_HOST"));
    factory.setPort(Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT")));
    factory.setUsername("kryonix_" + tenant.getId());
    factory.setPassword(tenants.secret(tenant, BROKER_PASSWORD));
    factory.setVirtualHost(vhost);
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  public static String vhost(DesiredTenant tenant) {
    return "tenant_" + tenant.getId();
  }

  static ManagementApi management() {
    return new ManagementApi(
        new BrokerConfig(
            variable("KRYONIX_RABBITMQ_HOST"),
            Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT")),
            "",
            variable("KRYONIX_RABBITMQ_MANAGEMENT_URL"),
            variable("KRYONIX_RABBITMQ_USER"),
            variable("KRYONIX_RABBITMQ_PASSWORD"),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30)));
  }

  public static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name + ": run through ./kryonix test");
  }

  /** Leaves nothing in the broker. */
  public void stop() throws InterruptedException {
    try {
      tenants.removeAll();
    } finally {
      service.stop();
      tenantService.shutdownNow();
    }
  }
}
