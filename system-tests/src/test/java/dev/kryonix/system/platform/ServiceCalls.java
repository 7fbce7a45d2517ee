package dev.kryonix.system.platform;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.system.gateway.Grpc;
import io.grpc.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/** A small call of a tenant to each of several processes, past the gateway and through it. */
public final class ServiceCalls implements AutoCloseable {
  public static final String OK = "OK";

  private final List<Grpc> connections = new ArrayList<>();
  private final Map<String, Callable<?>> calls = new LinkedHashMap<>();

  /** To each service, and through the gateway. */
  public static ServiceCalls of(Platform platform, TestTenant tenant) {
    ServiceCalls calls = new ServiceCalls();
    for (String service : List.of("messaging", "cache", "backup")) {
      calls.add(service, service, platform.address(service), tenant.token());
    }
    calls.calls.put("gateway, messaging", call("messaging", tenant.grpc()));
    calls.calls.put("gateway, cache", call("cache", tenant.grpc()));
    return calls;
  }

  /** Adds a call to a process of a service. */
  public void add(String name, String service, String address, String token) {
    Grpc connection = new Grpc(address);
    connections.add(connection);
    calls.put(name, call(service, connection.withToken(token)));
  }

  /** What each call came to just now: OK, or the reason of the refusal. */
  public Map<String, String> outcomes() {
    Map<String, String> outcomes = new LinkedHashMap<>();
    calls.forEach((name, call) -> outcomes.put(name, outcome(call)));
    return outcomes;
  }

  /** Waits until each call has come to that once. */
  public void awaitEach(String outcome, Duration within) {
    lastOther(outcome, within, System.nanoTime());
  }

  /**
   * Waits for the same within the time from the instant on; when the last call began that came to
   * something else, after the instant. How long an answer takes is not in it.
   */
  public Duration lastOther(String outcome, Duration within, long sinceNanos) {
    AtomicLong last = new AtomicLong(sinceNanos);
    calls.forEach(
        (name, call) -> {
          Duration left = within.minusNanos(System.nanoTime() - sinceNanos);
          await(name)
              .pollDelay(Duration.ZERO)
              .pollInterval(Duration.ofMillis(10))
              .atMost(left.isPositive() ? left : Duration.ofMillis(1))
              .until(
                  () -> {
                    long began = System.nanoTime();
                    boolean isSo = outcome(call).equals(outcome);
                    if (!isSo) {
                      last.set(began);
                    }
                    return isSo;
                  });
        });
    return Duration.ofNanos(last.get() - sinceNanos);
  }

  @Override
  public void close() {
    connections.forEach(Grpc::close);
  }

  /** What a call came to: OK, or the reason of the refusal. */
  public static String outcome(Callable<?> call) {
    try {
      call.call();
      return OK;
    } catch (Exception e) {
      return Refusal.ofCall(
              () -> {
                throw e;
              })
          .reason();
    }
  }

  private static Callable<?> call(String service, Channel channel) {
    return switch (service) {
      case "messaging" -> () -> publish(channel);
      case "cache" -> () -> get(channel);
      case "backup" -> () -> list(channel);
      default -> throw new IllegalArgumentException(service);
    };
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
