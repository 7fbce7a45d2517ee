package dev.kryonix.kit.state;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.Lease;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.SyncComplete;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.TenantRemoval;
import dev.kryonix.api.tenant.v1.TenantUpdate;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Tenants and messages for tests. */
final class Sample {
  static final TenantId ACME = new TenantId("acme");
  static final TenantId GLOBEX = new TenantId("globex");
  static final TenantUid FIRST = uid(1);
  static final TenantUid SECOND = uid(2);

  private Sample() {}

  static TenantUid uid(long number) {
    return new TenantUid(new UUID(0, number));
  }

  static DesiredTenant.Builder tenant(TenantId id, TenantUid uid, long generation) {
    return DesiredTenant.newBuilder()
        .setId(id.value())
        .setUid(uid.toBytes())
        .setGeneration(generation)
        .setServing(ServingState.SERVING_STATE_SERVING)
        .setPlan("pro")
        .addModules("crm");
  }

  static SyncResponse update(String nonce, DesiredTenant.Builder tenant) {
    return SyncResponse.newBuilder()
        .setUpdate(TenantUpdate.newBuilder().setNonce(nonce).setTenant(tenant))
        .build();
  }

  static SyncResponse removal(String nonce, TenantId id, TenantUid uid, long generation) {
    return SyncResponse.newBuilder()
        .setRemoval(
            TenantRemoval.newBuilder()
                .setNonce(nonce)
                .setTenant(id.value())
                .setTenantUid(uid.toBytes())
                .setGeneration(generation))
        .build();
  }

  static SyncResponse complete(long tenants) {
    return SyncResponse.newBuilder()
        .setSyncComplete(SyncComplete.newBuilder().setTenants(tenants))
        .build();
  }

  static ByteString bytes(TenantUid... uids) {
    ByteString all = ByteString.EMPTY;
    for (TenantUid uid : uids) {
      all = all.concat(uid.toBytes());
    }
    return all;
  }

  static Principal caller(TenantId tenant, Optional<TenantUid> uid) {
    return new Principal(
        "key_1",
        Principal.Kind.TENANT,
        Optional.of(tenant),
        uid,
        Set.of(),
        Set.of(),
        "pro",
        Instant.MAX,
        "t1",
        false);
  }

  static SyncResponse lease(Duration duration) {
    return SyncResponse.newBuilder()
        .setLease(
            Lease.newBuilder()
                .setDuration(
                    com.google.protobuf.Duration.newBuilder().setSeconds(duration.toSeconds())))
        .build();
  }
}
