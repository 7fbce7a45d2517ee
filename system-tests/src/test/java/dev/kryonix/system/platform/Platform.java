package dev.kryonix.system.platform;

import dev.kryonix.system.gateway.GatewayAddress;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.gateway.Rest;
import dev.kryonix.system.story.Operator;
import dev.kryonix.system.story.TenantApp;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The running platform, as tests use it. One for all test classes. */
public final class Platform implements AutoCloseable {
  /** The services, with the default ports of their gRPC servers. */
  private static final Map<String, Integer> GRPC_PORTS =
      Map.of("gateway", 9090, "tenant", 9091, "messaging", 9092, "cache", 9093, "backup", 9094);

  private final Instance instance;
  private final Grpc grpc;
  private final ShortLivedToken shortLived;

  private Platform(Instance instance) {
    this.instance = instance;
    this.grpc = new Grpc(address("gateway"));
    this.shortLived = ShortLivedToken.issue(this);
  }

  static Platform start() {
    Instance instance = Instance.fromEnvironment();
    instance.launcher("up");
    return new Platform(instance);
  }

  /** The instance behind it, to stop and start its parts. */
  public Instance instance() {
    return instance;
  }

  public GatewayAddress gateway() {
    return new GatewayAddress(
        URI.create("http://127.0.0.1:" + instance.port(8080)), address("gateway"));
  }

  /** Where a service itself listens, past the gateway. */
  public String address(String service) {
    Integer port = GRPC_PORTS.get(service);
    if (port == null) {
      throw new IllegalArgumentException(service);
    }
    return "127.0.0.1:" + instance.port(port);
  }

  /** The broker behind it, to see what is really there. */
  public Broker broker() {
    return new Broker(instance);
  }

  /** Listens where the services send their spans to. */
  public Collector collector() {
    return Collector.listen(instance.port(Collector.DEFAULT_PORT));
  }

  /** The connection to the gateway. */
  public Grpc grpc() {
    return grpc;
  }

  /** REST without a token. */
  public Rest rest() {
    return new Rest(gateway().http());
  }

  public String adminApiKey() {
    return instance.secret("admin.key");
  }

  /** A platform engineer, newly logged in. */
  public Operator operator() {
    return new Operator(gateway(), adminApiKey());
  }

  /** A new tenant that is ACTIVE, with an API key that has all scopes. */
  public TestTenant newTenant() {
    return newTenant(Operator.TENANT_SCOPES);
  }

  /** A new tenant that is ACTIVE, with an API key of some scopes. */
  public TestTenant newTenant(List<String> scopes) {
    Operator operator = operator();
    String id = newTenantId();
    operator.create(id, "Clínica de Teste");
    operator.awaitActive(id);
    String apiKey = operator.createApiKey(id, scopes).getKey();
    return new TestTenant(this, id, apiKey, operator.token(apiKey).getToken());
  }

  /** The id of a tenant that does not exist. */
  public static String newTenantId() {
    return "test_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
  }

  /** One for all, to be waited for. */
  public ShortLivedToken shortLived() {
    return shortLived;
  }

  /** An application that uses a token. */
  public TenantApp app(String token) {
    return new TenantApp(rest().withToken(token), grpc.withToken(token));
  }

  @Override
  public void close() {
    grpc.close();
    instance.launcher("down");
  }
}
