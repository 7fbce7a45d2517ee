package dev.kryonix.kit.telemetry;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times every call by service, method and status code: `kryonix_rpc_server_seconds`. */
@Singleton
public final class RpcMetrics implements ServerInterceptor {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  RpcMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    long start = System.nanoTime();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            record(getMethodDescriptor(), status.getCode(), System.nanoTime() - start);
            super.close(status, trailers);
          }
        },
        headers);
  }

  /** Counts one call that ended. */
  public void record(MethodDescriptor<?, ?> method, Status.Code code, long nanos) {
    timers
        .computeIfAbsent(new Key(method.getFullMethodName(), code), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Key key) {
    int slash = key.method().indexOf('/');
    return Timer.builder("kryonix.rpc.server")
        .description("Calls served, by the status that the caller saw")
        .tag("service", key.method().substring(0, slash))
        .tag("method", key.method().substring(slash + 1))
        .tag("code", Objects.requireNonNull(key.code()).name())
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  private record Key(String method, Status.Code code) {}
}
