package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Tenant-service goes: what the services know stays true for as long as nothing can have been
 * missed, and no longer.
 */
@OnPlatform
final class ControlPlaneFaultsIT {
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(1);
  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

  private final Platform platform;
  private final TestTenant tenant;

  ControlPlaneFaultsIT(Platform platform) {
    this.platform = platform;
    tenant = platform.newTenant();
  }

  @Test
  void whileTenantServiceDiesAndRestartsCallsGoOnAndASuspensionAfterwardsCountsWithinASecond()
      throws Exception {
    try (Services services = new Services();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicBoolean stop = new AtomicBoolean();
      Future<List<String>> load = threads.submit(() -> callUntil(stop, services.calls()));
      platform.instance().kill("tenant");
      platform.instance().launcher("up");
      stop.set(true);
      assertThat(load.get()).as("calls that failed meanwhile").isEmpty();

      platform.operator().suspend(tenant.id());
      long suspended = System.nanoTime();

      services
          .calls()
          .forEach(
              (name, call) ->
                  await(name)
                      .pollDelay(Duration.ZERO)
                      .pollInterval(Duration.ofMillis(10))
                      .atMost(left(suspended))
                      .until(() -> outcome(call).equals("TENANT_SUSPENDED")));
    }
  }

  /** A stopped process keeps its connections open, so that nothing but the lease can tell. */
  @Test
  void servicesThatHearNothingOfTenantServiceServeForTheirLeaseAndThenFailClosed() {
    try (Services services = new Services()) {
      platform.instance().freeze("tenant");
      long frozen = System.nanoTime();
      try {
        services
            .calls()
            .forEach((name, call) -> assertThat(outcome(call)).as(name).isEqualTo("OK"));
        services
            .calls()
            .forEach(
                (name, call) ->
                    await(name)
                        .atMost(LEASE.plusSeconds(2).minusNanos(System.nanoTime() - frozen))
                        .until(() -> outcome(call).equals("UPSTREAM_UNAVAILABLE")));
        Refusal refusal = Refusal.of(tenant.rest().get("/v1/cache/crm/temp/k"));
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal.retryable()).isTrue();
      } finally {
        platform.instance().thaw("tenant");
      }
      services
          .calls()
          .forEach(
              (name, call) ->
                  await(name).atMost(HEALED_WITHIN).until(() -> outcome(call).equals("OK")));
    }
    assertThat(platform.newTenant().app().cached("crm/temp/k")).isEmpty();
  }

  private static Duration left(long since) {
    Duration left = EVERYWHERE_WITHIN.minusNanos(System.nanoTime() - since);
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  private static List<String> callUntil(AtomicBoolean stop, Map<String, Callable<?>> calls) {
    List<String> failures = new ArrayList<>();
    int rounds = 0;
    while (!stop.get() || rounds == 0) {
      rounds++;
      calls.forEach(
          (name, call) -> {
            String outcome = outcome(call);
            if (!outcome.equals("OK")) {
              failures.add(name + ": " + outcome);
            }
          });
    }
    return failures;
  }

  /** OK, or the reason of the refusal. */
  private static String outcome(Callable<?> call) {
    try {
      call.call();
      return "OK";
    } catch (Exception e) {
      return Refusal.ofCall(
              () -> {
                throw e;
              })
          .reason();
    }
  }

  /** Calls of the tenant: to each service itself, and through the gateway. */
  private final class Services implements AutoCloseable {
    private final List<Grpc> connections = new ArrayList<>();
    private final Map<String, Callable<?>> calls = new LinkedHashMap<>();

    Services() {
      Channel messaging = connect("messaging");
      Channel cache = connect("cache");
      Channel backup = connect("backup");
      calls.put("messaging", () -> publish(messaging));
      calls.put("cache", () -> get(cache));
      calls.put("backup", () -> list(backup));
      calls.put("gateway, messaging", () -> publish(tenant.grpc()));
      calls.put("gateway, cache", () -> get(tenant.grpc()));
    }

    Map<String, Callable<?>> calls() {
      return calls;
    }

    private Channel connect(String service) {
      Grpc connection = new Grpc(platform.address(service));
      connections.add(connection);
      return connection.withToken(tenant.token());
    }

    @Override
    public void close() {
      connections.forEach(Grpc::close);
    }
  }

  private static Object publish(Channel channel) {
    return MessagingServiceGrpc.newBlockingStub(channel)
        .publish(
            PublishRequest.newBuilder()
                .setModule("crm")
                .setOperation("leads.create")
                .setData(ByteString.copyFromUtf8("{}"))
                .build());
  }

  private static Object get(Channel channel) {
    return CacheServiceGrpc.newBlockingStub(channel)
        .get(GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build());
  }

  private static Object list(Channel channel) {
    return BackupServiceGrpc.newBlockingStub(channel)
        .listBackups(ListBackupsRequest.getDefaultInstance());
  }
}
