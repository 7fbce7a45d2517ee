package dev.kryonix.bench.messaging;

import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.GatewayLimits;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.MessagingLimits;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The tenants that publish, made through the gateway. */
final class Tenants implements AutoCloseable {
  static final String MODULE = "crm";
  static final String OPERATION = "leads.update";

  /** The queue of the operation's normal lane. */
  static final String QUEUE = MODULE + "." + OPERATION;

  /** No limit of a tenant may stand in for the speed of the service: these are beyond any run. */
  private static final int NO_LIMIT = 1_000_000_000;

  /** More messages than any run leaves in a queue. */
  static final int DEPTH = 20_000_000;

  private static final int PATIENCE_MINUTES = 5;

  private final Surroundings surroundings;
  private final ManagedChannel channel;
  private @Nullable ManagedChannel platform;

  Tenants(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.channel = new Target(surroundings.gateway(), "").connect();
  }

  static String vhost(String tenant) {
    return "tenant_" + tenant;
  }

  /** A tenant without limits on the plan that keeps no history, or on one that does. */
  void create(String id, boolean history) {
    Limits limits =
        Limits.newBuilder()
            .setMessaging(
                MessagingLimits.newBuilder()
                    .setPublishPerSecond(NO_LIMIT)
                    .setQueueDepth(DEPTH)
                    .setConnections(1000))
            .setGateway(
                GatewayLimits.newBuilder()
                    .setRequestsPerHour(1000L * NO_LIMIT)
                    .setBurstPerSecond(NO_LIMIT))
            .build();
    create(id, history ? "enterprise" : "basic", limits);
  }

  /** Creates a tenant, and waits until it is there. */
  void create(String id, String plan, Limits overrides) {
    TenantServiceGrpc.TenantServiceBlockingStub tenants =
        TenantServiceGrpc.newBlockingStub(platform())
            .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES);
    try {
      tenants.createTenant(
          CreateTenantRequest.newBuilder()
              .setTenantId(id)
              .setTenant(
                  Tenant.newBuilder()
                      .setDisplayName("Clínica " + id)
                      .setPlan(plan)
                      .setOverrides(overrides))
              .build());
    } catch (StatusRuntimeException e) {
      // Of an earlier run against the same platform.
      if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
        throw e;
      }
    }
    Iterator<WatchTenantResponse> events =
        tenants.watchTenant(WatchTenantRequest.newBuilder().setTenant(id).build());
    while (events.next().getTenant().getState() != TenantState.TENANT_STATE_ACTIVE) {
      // The next event.
    }
  }

  /** The gateway as the platform itself. */
  private synchronized ManagedChannel platform() {
    ManagedChannel open = platform;
    if (open == null) {
      open = new Target(surroundings.gateway(), token("")).connect();
      platform = open;
    }
    return open;
  }

  /** A new token of the tenant, or of the platform when none is named. */
  String token(String tenant) {
    return AccessServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES)
        .withWaitForReady()
        .issueToken(
            IssueTokenRequest.newBuilder()
                .setApiKey(surroundings.adminKey())
                .setTenant(tenant)
                .build())
        .getToken();
  }

  /** The service itself, as the tenant. */
  Target direct(String tenant) {
    return new Target(surroundings.messaging(), token(tenant));
  }

  /** The service through the gateway, as the tenant. */
  Target gateway(String tenant) {
    return new Target(surroundings.gateway(), token(tenant));
  }

  @Override
  public synchronized void close() {
    channel.shutdownNow();
    if (platform != null) {
      platform.shutdownNow();
    }
  }
}
