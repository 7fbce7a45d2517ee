package dev.kryonix.bench.cache;

import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CacheLimits;
import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.DeleteTenantRequest;
import dev.kryonix.api.tenant.v1.GatewayLimits;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.api.tenant.v1.TenantState;
import dev.kryonix.api.tenant.v1.WatchTenantRequest;
import dev.kryonix.bench.load.Subject;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Makes tenants through the gateway, as the platform's engineers do. */
final class Tenants implements AutoCloseable {
  private static final long NO_LIMIT = 1_000_000_000_000L;
  private static final int NO_BURST_LIMIT = 1_000_000_000;
  private static final int PATIENCE_MINUTES = 2;

  private final String adminKey;
  private final ManagedChannel channel;
  private final AtomicInteger names = new AtomicInteger();
  private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);

  Tenants(Subject gateway, String adminKey) {
    this.adminKey = adminKey;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  /** A tenant of the benchmark. */
  static final class Account {
    /** Well before its end: what begins with a token, such as a stream, goes on with it. */
    private static final Duration RENEWED_AFTER = Duration.ofMinutes(5);

    private final String id;
    private final Supplier<String> issuer;
    private volatile Issued last;

    private record Issued(String token, long at) {}

    private Account(String id, Supplier<String> issuer) {
      this.id = id;
      this.issuer = issuer;
      this.last = issue();
    }

    private Issued issue() {
      return new Issued(issuer.get(), System.nanoTime());
    }

    String id() {
      return id;
    }

    /** A token of all its scopes. */
    String token() {
      return isOld() ? renewed() : last.token();
    }

    private synchronized String renewed() {
      if (isOld()) {
        last = issue();
      }
      return last.token();
    }

    private boolean isOld() {
      return System.nanoTime() - last.at() > RENEWED_AFTER.toNanos();
    }
  }

  /** A tenant with that quota, under those compliance regimes. */
  Account create(CacheLimits quota, String... compliance) {
    String id = "bench_" + run + "_" + names.incrementAndGet();
    Limits overrides =
        Limits.newBuilder()
            .setCache(quota)
            .setGateway(
                GatewayLimits.newBuilder()
                    .setRequestsPerHour(NO_LIMIT)
                    .setBurstPerSecond(NO_BURST_LIMIT))
            .build();
    TenantServiceGrpc.TenantServiceBlockingStub tenants = stub();
    tenants.createTenant(
        CreateTenantRequest.newBuilder()
            .setTenantId(id)
            .setTenant(
                Tenant.newBuilder()
                    .setDisplayName(id)
                    .setPlan("basic")
                    .setOverrides(overrides)
                    .addAllCompliance(List.of(compliance)))
            .build());
    var events = tenants.watchTenant(WatchTenantRequest.newBuilder().setTenant(id).build());
    while (events.next().getTenant().getState() != TenantState.TENANT_STATE_ACTIVE) {
      Thread.onSpinWait();
    }
    return new Account(id, () -> token(id));
  }

  /** Begins the end of a tenant. */
  void delete(Account account) {
    Object unused =
        stub().deleteTenant(DeleteTenantRequest.newBuilder().setTenant(account.id()).build());
  }

  private TenantServiceGrpc.TenantServiceBlockingStub stub() {
    return TenantServiceGrpc.newBlockingStub(channel)
        .withInterceptors(Bearer.of(token("")))
        .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES);
  }

  /** A token of a tenant, or of the platform. */
  private String token(String tenant) {
    return AccessServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_MINUTES, TimeUnit.MINUTES)
        .withWaitForReady()
        .issueToken(IssueTokenRequest.newBuilder().setApiKey(adminKey).setTenant(tenant).build())
        .getToken();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
