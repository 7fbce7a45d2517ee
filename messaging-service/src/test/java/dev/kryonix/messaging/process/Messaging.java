package dev.kryonix.messaging.process;

import com.nimbusds.jose.JOSEException;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.kit.crypto.MasterKey;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.ServiceCredentials;
import dev.kryonix.kit.identity.ServiceKeys;
import dev.kryonix.messaging.broker.BrokerConfig;
import dev.kryonix.messaging.broker.ManagementApi;
import io.grpc.CallCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusException;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The service in a process of its own, the tenant-service that it follows, and its broker. */
final class Messaging {
  private static final String ALL = "messaging.publish messaging.subscribe messaging.admin";
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

  Messaging(Path folder) throws IOException, JOSEException {
    this(folder, Map.of());
  }

  /** With further settings of the process, as environment variables. */
  Messaging(Path folder, Map<String, String> settings) throws IOException, JOSEException {
    keys = folder.resolve("keys");
    GenerateKeys.main(new String[] {keys.toString(), "tenant", "messaging", "backup"});
    tenants =
        new TestTenants(
            new SecretBox(MasterKey.read(keys.resolve("master.key")), new SecureRandom()));
    tenantService =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .permitKeepAliveWithoutCalls(true)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .addService(tenants.stateService())
            .addService(tenants.accessService())
            .build()
            .start();
    Map<String, String> all = new HashMap<>(settings);
    all.put("KRYONIX_KEYS_DIR", keys.toString());
    all.put("KRYONIX_INSTANCE", "it-" + UUID.randomUUID());
    all.put("KRYONIX_TENANT_ADDRESS", "127.0.0.1:" + tenantService.getPort());
    service = ServiceProcess.start(folder, all);
  }

  TestTenants tenants() {
    return tenants;
  }

  ServiceProcess service() {
    return service;
  }

  /** A tenant with the modules crm and agendamento. */
  DesiredTenant newTenant() {
    return newTenant(LIMITS);
  }

  /** The limits of a new tenant. */
  static MessagingLimits limits() {
    return LIMITS;
  }

  DesiredTenant newTenantOfQueueDepth(int messages) {
    return newTenant(LIMITS.toBuilder().setQueueDepth(messages).build());
  }

  private DesiredTenant newTenant(MessagingLimits limits) {
    String id = "it_" + UUID.randomUUID().toString().substring(0, 8);
    return tenants.create(id, limits, "agendamento", "crm");
  }

  MessagingServiceGrpc.MessagingServiceBlockingStub stub(DesiredTenant tenant)
      throws JOSEException {
    return MessagingServiceGrpc.newBlockingStub(service.channel())
        .withCallCredentials(caller(tenant))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
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

  CallCredentials caller(DesiredTenant tenant) throws JOSEException {
    return new Bearer(tenants.token(tenant, ALL));
  }

  /** A connection to the broker as the tenant's own user. */
  Connection connect(DesiredTenant tenant, String vhost) throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(variable("KRYONIX_RABBITMQ_HOST"));
    factory.setPort(Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT")));
    factory.setUsername("kryonix_" + tenant.getId());
    factory.setPassword(tenants.brokerPassword(tenant));
    factory.setVirtualHost(vhost);
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection();
  }

  static String vhost(DesiredTenant tenant) {
    return "tenant_" + tenant.getId();
  }

  static ManagementApi management() {
    return new ManagementApi(
        new BrokerConfig(
            variable("KRYONIX_RABBITMQ_HOST"),
            Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT")),
            URI.create(variable("KRYONIX_RABBITMQ_MANAGEMENT_URL")),
            variable("KRYONIX_RABBITMQ_USER"),
            variable("KRYONIX_RABBITMQ_PASSWORD"),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30)));
  }

  static String variable(String name) {
    return Objects.requireNonNull(System.getenv(name), name + ": run through ./kryonix test");
  }

  /** Leaves nothing in the broker. */
  void stop() throws InterruptedException {
    try {
      tenants.removeAll();
    } finally {
      service.stop();
      tenantService.shutdownNow();
    }
  }

  /** Puts a token on a call. */
  private static final class Bearer extends CallCredentials {
    private final String token;

    private Bearer(String token) {
      this.token = token;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
      applier.apply(headers);
    }
  }
}
