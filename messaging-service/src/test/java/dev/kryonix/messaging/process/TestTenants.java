package dev.kryonix.messaging.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.Lease;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.SyncComplete;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.api.tenant.v1.TenantUpdate;
import dev.kryonix.kit.crypto.SecretBox;
import dev.kryonix.kit.identity.TenantUid;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Speaks for tenant-service towards one service: the state stream and the signing keys, with real
 * signatures.
 */
final class TestTenants {
  private static final String BROKER_PASSWORD = "broker-password";

  /** Longer than any test takes: without a lease the service serves nobody. */
  private static final Lease LEASE =
      Lease.newBuilder()
          .setDuration(com.google.protobuf.Duration.newBuilder().setSeconds(3600))
          .build();

  private final SecretBox secrets;
  private final ECKey signingKey;
  private final List<DesiredTenant> tenants = new ArrayList<>();
  private final List<StreamObserver<SyncResponse>> streams = new ArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Nack> refused = ConcurrentHashMap.newKeySet();

  TestTenants(SecretBox secrets) throws JOSEException {
    this.secrets = secrets;
    this.signingKey = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
  }

  /** Creates a tenant and waits until the service has it. */
  DesiredTenant create(String id, MessagingLimits limits, String... modules) {
    TenantUid uid = new TenantUid(UUID.randomUUID());
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    DesiredTenant tenant =
        DesiredTenant.newBuilder()
            .setUid(uid.toBytes())
            .setId(id)
            .setGeneration(1)
            .setServing(ServingState.SERVING_STATE_SERVING)
            .setPlan("basic")
            .addAllModules(List.of(modules))
            .setLimits(Limits.newBuilder().setMessaging(limits))
            .addSecrets(secrets.seal(uid, "tenant-key", "k1", key))
            .addSecrets(
                secrets.seal(
                    uid,
                    BROKER_PASSWORD,
                    "p1",
                    UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8)))
            .build();
    show(tenant);
    return tenant;
  }

  /** Changes whether the tenant is served, and waits until the service has done so. */
  DesiredTenant change(DesiredTenant tenant, ServingState serving) {
    return change(tenant, changed -> changed.setServing(serving));
  }

  /** Gives the tenant other modules, and waits until the service has done so. */
  DesiredTenant changeModules(DesiredTenant tenant, String... modules) {
    return change(tenant, changed -> changed.clearModules().addAllModules(List.of(modules)));
  }

  /** Gives the tenant other limits, and waits until the service has done so. */
  DesiredTenant changeLimits(DesiredTenant tenant, MessagingLimits limits) {
    return change(tenant, changed -> changed.getLimitsBuilder().setMessaging(limits));
  }

  private DesiredTenant change(DesiredTenant tenant, Consumer<DesiredTenant.Builder> change) {
    DesiredTenant.Builder changed = tenant.toBuilder().setGeneration(tenant.getGeneration() + 1);
    change.accept(changed);
    show(changed.build());
    return changed.build();
  }

  /** Removes the tenant, and waits until the service has done so. */
  void remove(DesiredTenant tenant) {
    String nonce = "remove-" + tenant.getId();
    TenantRemoval removal =
        TenantRemoval.newBuilder()
            .setNonce(nonce)
            .setTenantUid(tenant.getUid())
            .setTenant(tenant.getId())
            .setGeneration(tenant.getGeneration() + 1)
            .build();
    synchronized (this) {
      tenants.removeIf(other -> other.getUid().equals(tenant.getUid()));
      streams.forEach(
          stream -> stream.onNext(SyncResponse.newBuilder().setRemoval(removal).build()));
    }
    awaitAcknowledged(nonce);
  }

  /** Removes every tenant. */
  void removeAll() {
    List<DesiredTenant> all;
    synchronized (this) {
      all = List.copyOf(tenants);
    }
    all.forEach(this::remove);
  }

  /** What the tenant's broker user has as its password. */
  String brokerPassword(DesiredTenant tenant) {
    return tenant.getSecretsList().stream()
        .filter(secret -> secret.getPurpose().equals(BROKER_PASSWORD))
        .map(secret -> secrets.open(secret, TenantUid.fromBytes(tenant.getUid())))
        .map(password -> new String(password, StandardCharsets.UTF_8))
        .findFirst()
        .orElseThrow();
  }

  private void show(DesiredTenant tenant) {
    synchronized (this) {
      tenants.removeIf(other -> other.getUid().equals(tenant.getUid()));
      tenants.add(tenant);
      streams.forEach(stream -> stream.onNext(update(tenant)));
    }
    awaitAcknowledged(nonce(tenant));
  }

  private void awaitAcknowledged(String nonce) {
    await(nonce)
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              assertThat(refused).noneMatch(nack -> nack.getNonce().equals(nonce));
              return acknowledged.contains(nonce);
            });
  }

  private static String nonce(DesiredTenant tenant) {
    return "update-" + tenant.getId() + "-" + tenant.getGeneration();
  }

  String token(DesiredTenant tenant, String scopes) throws JOSEException {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("test").build(),
            new JWTClaimsSet.Builder()
                .issuer("kryonix")
                .audience("kryonix")
                .subject("key_1")
                .jwtID(UUID.randomUUID().toString())
                .claim("tenant", tenant.getId())
                .claim("tenant_uid", TenantUid.fromBytes(tenant.getUid()).toString())
                .claim("scope", scopes)
                .claim("modules", tenant.getModulesList())
                .claim("plan", tenant.getPlan())
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .build());
    jwt.sign(new ECDSASigner(signingKey));
    return jwt.serialize();
  }

  StateServiceGrpc.StateServiceImplBase stateService() {
    return new StateServiceGrpc.StateServiceImplBase() {
      @Override
      public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
        return new StateStream(responses);
      }
    };
  }

  AccessServiceGrpc.AccessServiceImplBase accessService() {
    return new AccessServiceGrpc.AccessServiceImplBase() {
      @Override
      public void getJwks(GetJwksRequest request, StreamObserver<GetJwksResponse> responses) {
        responses.onNext(
            GetJwksResponse.newBuilder()
                .addKeys(
                    Jwk.newBuilder()
                        .setKty("EC")
                        .setCrv("P-256")
                        .setX(signingKey.getX().toString())
                        .setY(signingKey.getY().toString())
                        .setKid("test")
                        .setAlg("ES256")
                        .setUse("sig"))
                .build());
        responses.onCompleted();
      }
    };
  }

  private synchronized void opened(StreamObserver<SyncResponse> stream) {
    streams.add(stream);
    tenants.forEach(tenant -> stream.onNext(update(tenant)));
    stream.onNext(
        SyncResponse.newBuilder()
            .setSyncComplete(SyncComplete.newBuilder().setTenants(tenants.size()))
            .build());
    stream.onNext(SyncResponse.newBuilder().setLease(LEASE).build());
  }

  private synchronized void closed(StreamObserver<SyncResponse> stream) {
    streams.remove(stream);
  }

  private static SyncResponse update(DesiredTenant tenant) {
    return SyncResponse.newBuilder()
        .setUpdate(TenantUpdate.newBuilder().setNonce(nonce(tenant)).setTenant(tenant))
        .build();
  }

  /** One state stream. */
  private final class StateStream implements StreamObserver<SyncRequest> {
    private final StreamObserver<SyncResponse> responses;

    private StateStream(StreamObserver<SyncResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(SyncRequest message) {
      if (message.hasHello() && message.getHello().getComplete()) {
        opened(responses);
      }
      if (message.hasAck()) {
        acknowledged.add(message.getAck().getNonce());
      }
      if (message.hasNack()) {
        refused.add(message.getNack());
      }
    }

    @Override
    public void onError(Throwable error) {
      closed(responses);
    }

    @Override
    public void onCompleted() {
      closed(responses);
      responses.onCompleted();
    }
  }
}
