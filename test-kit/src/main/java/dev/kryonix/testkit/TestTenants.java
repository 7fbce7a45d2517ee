package dev.kryonix.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import dev.kryonix.api.tenant.v1.AppendAuditEventRequest;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.BindableService;
import io.grpc.CallCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Speaks for tenant-service towards one service: the state stream and the signing keys, with real
 * signatures. A change returns when every service that listens has taken it.
 */
public final class TestTenants {
  private static final Duration TAKEN_WITHIN = Duration.ofSeconds(30);

  private final SecretBox secrets;
  private final StateStreams state = new StateStreams();
  private final RecordedAudit audit = new RecordedAudit();
  private final SigningKey signingKey;

  /** With the platform key that the service under test has too. */
  public TestTenants(SecretBox secrets) throws JOSEException {
    this.secrets = secrets;
    this.signingKey = new SigningKey();
  }

  /** What to serve on the address that the service takes for tenant-service's. */
  public List<BindableService> services() {
    return List.of(state, signingKey, audit);
  }

  /** Serves on a free port of loopback, for a service that connects as services do. */
  public static Server serve(List<? extends BindableService> services) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .permitKeepAliveWithoutCalls(true)
            .permitKeepAliveTime(1, TimeUnit.SECONDS);
    services.forEach(builder::addService);
    return builder.build().start();
  }

  /** Creates a tenant of the plan basic that is served and has a key; more is the caller's. */
  public DesiredTenant create(String id, Consumer<DesiredTenant.Builder> more) {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    DesiredTenant.Builder tenant =
        DesiredTenant.newBuilder()
            .setUid(uid.toBytes())
            .setId(id)
            .setGeneration(1)
            .setServing(ServingState.SERVING_STATE_SERVING)
            .setPlan("basic")
            .addSecrets(secrets.seal(uid, "tenant-key", "k1", key));
    more.accept(tenant);
    show(tenant.build());
    return tenant.build();
  }

  /** Changes a tenant. */
  public DesiredTenant change(DesiredTenant tenant, Consumer<DesiredTenant.Builder> change) {
    DesiredTenant.Builder changed = tenant.toBuilder().setGeneration(tenant.getGeneration() + 1);
    change.accept(changed);
    show(changed.build());
    return changed.build();
  }

  /** Changes whether the tenant is served. */
  public DesiredTenant change(DesiredTenant tenant, ServingState serving) {
    return change(tenant, changed -> changed.setServing(serving));
  }

  /** Removes the tenant. */
  public void remove(DesiredTenant tenant) {
    state.remove(tenant).forEach(this::awaitTaken);
  }

  /** Removes every tenant. */
  public void removeAll() {
    state.all().forEach(this::remove);
  }

  /** A secret of a tenant, as the service is told it. */
  public SealedSecret seal(TenantUid tenant, String purpose, String keyId, String secret) {
    return secrets.seal(tenant, purpose, keyId, secret.getBytes(StandardCharsets.UTF_8));
  }

  /** Opens the tenant's first secret of a purpose. */
  public String secret(DesiredTenant tenant, String purpose) {
    return tenant.getSecretsList().stream()
        .filter(secret -> secret.getPurpose().equals(purpose))
        .map(secret -> secrets.open(secret, TenantUid.fromBytes(tenant.getUid())))
        .map(secret -> new String(secret, StandardCharsets.UTF_8))
        .findFirst()
        .orElseThrow();
  }

  /** What the service reported last that the tenant uses. */
  public Map<String, Long> usage(DesiredTenant tenant) {
    return state.usage(tenant);
  }

  /** What the service has told of to the tenant's audit, in order. */
  public List<AppendAuditEventRequest> audit(DesiredTenant tenant) {
    return audit.of(tenant.getId());
  }

  /** A token of the tenant. */
  public String token(DesiredTenant tenant, String scopes) throws JOSEException {
    return signingKey.token(tenant, scopes);
  }

  /** Calls with a token of the tenant. */
  public CallCredentials caller(DesiredTenant tenant, String scopes) throws JOSEException {
    return new Bearer(token(tenant, scopes));
  }

  private void show(DesiredTenant tenant) {
    state.show(tenant).forEach(this::awaitTaken);
  }

  private void awaitTaken(String nonce) {
    await(nonce)
        .atMost(TAKEN_WITHIN)
        .until(
            () -> {
              // An engine that is away for now is asked again.
              assertThat(state.refusals(nonce))
                  .filteredOn(refusal -> !refusal.getReason().endsWith("Unavailable"))
                  .isEmpty();
              return state.hasAcknowledged(nonce);
            });
  }
}
