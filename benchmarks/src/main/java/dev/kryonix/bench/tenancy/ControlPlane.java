package dev.kryonix.bench.tenancy;

import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import io.grpc.CallCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The gateway as a platform engineer's program uses it, over gRPC. */
final class ControlPlane implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration TOKEN_RENEWAL = Duration.ofMinutes(5);
  private static final int PATIENCE_MINUTES = 5;

  private final String adminKey;
  private final ManagedChannel channel;
  private String token = "";
  private long renewAt = System.nanoTime();

  ControlPlane(Surroundings surroundings) {
    adminKey = surroundings.adminKey();
    channel = NettyChannelBuilder.forTarget(surroundings.gateway()).usePlaintext().build();
  }

  ManagedChannel channel() {
    return channel;
  }

  TenantServiceGrpc.TenantServiceBlockingStub tenants() {
    return TenantServiceGrpc.newBlockingStub(channel)
        .withCallCredentials(new Bearer(token()))
        .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES);
  }

  AccessServiceGrpc.AccessServiceBlockingStub access() {
    return AccessServiceGrpc.newBlockingStub(channel)
        .withCallCredentials(new Bearer(token()))
        .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES);
  }

  /**
   * One creation.
   *
   * @param id of the tenant
   * @param active from the call to the event that says ACTIVE
   * @param vhost how long making the vhost took; empty when nobody was told
   */
  record Creation(String id, Duration active, Optional<Duration> vhost) {}

  /** Creates a tenant on the plan that has all modules, and watches it until it is ACTIVE. */
  Creation create(String id) {
    long began = System.nanoTime();
    TenantServiceGrpc.TenantServiceBlockingStub tenants = tenants();
    tenants.createTenant(
        CreateTenantRequest.newBuilder()
            .setTenantId(id)
            .setTenant(Tenant.newBuilder().setDisplayName("Clínica " + id).setPlan("enterprise"))
            .build());
    Iterator<WatchTenantResponse> events =
        tenants.watchTenant(WatchTenantRequest.newBuilder().setTenant(id).build());
    Optional<Duration> vhost = Optional.empty();
    while (true) {
      WatchTenantResponse event = events.next();
      var step = event.getStep();
      if (step.getStep().equals("vhost") && step.getState() == StepState.STEP_STATE_DONE) {
        vhost =
            Optional.of(
                Duration.ofSeconds(step.getElapsed().getSeconds(), step.getElapsed().getNanos()));
      }
      if (event.getTenant().getState() == TenantState.TENANT_STATE_ACTIVE) {
        return new Creation(id, Duration.ofNanos(System.nanoTime() - began), vhost);
      }
    }
  }

  private synchronized String token() {
    if (System.nanoTime() - renewAt >= 0) {
      token =
          AccessServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES)
              .withWaitForReady()
              .issueToken(IssueTokenRequest.newBuilder().setApiKey(adminKey).build())
              .getToken();
      renewAt = System.nanoTime() + TOKEN_RENEWAL.toNanos();
    }
    return token;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** A token on a call. */
  static final class Bearer extends CallCredentials {
    private final Metadata headers = new Metadata();

    Bearer(String token) {
      headers.put(AUTHORIZATION, "Bearer " + token);
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
      applier.apply(headers);
    }
  }
}
