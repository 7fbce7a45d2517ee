package dev.kryonix.backup.process;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
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
import dev.kryonix.api.tenant.v1.BackupLimits;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.GetJwksResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.Lease;
import dev.kryonix.api.tenant.v1.Limits;
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
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Speaks for tenant-service towards one service: the state stream and the signing keys, with real
 * signatures.
 */
final class TestTenants {
  /** Longer than any test takes: without a lease the service serves nobody. */
  private static final Lease LEASE =
      Lease.newBuilder().setDuration(Duration.newBuilder().setSeconds(3600)).build();

  private final SecretBox secrets;
  private final ECKey signingKey;
  private final List<DesiredTenant> tenants = new ArrayList<>();
  private final List<StreamObserver<SyncResponse>> streams = new ArrayList<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Map<ByteString, Map<String, Long>> usage = new ConcurrentHashMap<>();

  TestTenants(SecretBox secrets) throws JOSEException {
    this.secrets = secrets;
    this.signingKey = new ECKeyGenerator(Curve.P_256).keyID("test").generate();
  }

  /** A tenant that is known to the service from its next stream on. */
  synchronized DesiredTenant create(String id) {
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
            .addModules("crm")
            .addModules("whatsapp")
            .setLimits(
                Limits.newBuilder()
                    .setBackup(
                        BackupLimits.newBuilder()
                            .setWorkers(2)
                            .setStorageBytes(1L << 30)
                            .setFullRetention(Duration.newBuilder().setSeconds(30 * 86_400))))
            .addSecrets(secrets.seal(uid, "tenant-key", "k1", key))
            .build();
    tenants.add(tenant);
    streams.forEach(stream -> stream.onNext(update(tenant)));
    return tenant;
  }

  synchronized void remove(DesiredTenant tenant) {
    tenants.remove(tenant);
    TenantRemoval removal =
        TenantRemoval.newBuilder()
            .setNonce("remove-" + tenant.getId())
            .setTenantUid(tenant.getUid())
            .setTenant(tenant.getId())
            .setGeneration(2)
            .build();
    streams.forEach(stream -> stream.onNext(SyncResponse.newBuilder().setRemoval(removal).build()));
  }

  /** What the service reported last that the tenant uses. */
  Map<String, Long> usage(DesiredTenant tenant) {
    return usage.getOrDefault(tenant.getUid(), Map.of());
  }

  boolean hasAcknowledged(String nonce) {
    return acknowledged.contains(nonce);
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
        .setUpdate(TenantUpdate.newBuilder().setNonce("update-" + tenant.getId()).setTenant(tenant))
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
      if (message.hasUsage()) {
        usage.put(message.getUsage().getTenantUid(), message.getUsage().getAmountsMap());
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
