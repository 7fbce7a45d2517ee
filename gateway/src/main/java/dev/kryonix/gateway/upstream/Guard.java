package dev.kryonix.gateway.upstream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.grpc.ClientCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between the gateway and one service: while most unary calls find nobody there, or no
 * answer within the gateway's own deadline, further calls are refused at once; a few tell whether
 * it is back. It also bounds how many calls are open. What the service itself answers is never a
 * failure here, and neither is a deadline that a caller chose: no tenant may close a service to the
 * others.
 */
final class Guard {
  private final String upstream;
  private final UpstreamConfig config;
  private final CircuitBreaker breaker;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger streams = new AtomicInteger();
  private final Counter refusedOpen;
  private final Counter refusedFull;

  Guard(String upstream, UpstreamConfig config, MeterRegistry metrics) {
    this.upstream = upstream;
    this.config = config;
    this.breaker = CircuitBreaker.of(upstream, settings(config));
    this.refusedOpen = refused("open", metrics);
    this.refusedFull = refused("full", metrics);
    Gauge.builder("kryonix.gateway.upstream.breaker", this, guard -> guard.number())
        .description("The circuit breaker of a service: 0 closed, 1 half open, 2 open.")
        .tag("upstream", upstream)
        .register(metrics);
    running("unary", calls, metrics);
    running("stream", streams, metrics);
  }

  private static CircuitBreakerConfig settings(UpstreamConfig config) {
    return CircuitBreakerConfig.custom()
        .slidingWindow(
            Math.toIntExact(config.window().toSeconds()),
            config.minimumCalls(),
            SlidingWindowType.TIME_BASED,
            SlidingWindowSynchronizationStrategy.LOCK_FREE)
        .failureRateThreshold(config.failurePercent())
        .waitDurationInOpenState(config.pause())
        .permittedNumberOfCallsInHalfOpenState(config.probes())
        .maxWaitDurationInHalfOpenState(config.window())
        .automaticTransitionFromOpenToHalfOpenEnabled(true)
        .build();
  }

  private Counter refused(String why, MeterRegistry metrics) {
    return Counter.builder("kryonix.gateway.upstream.refused")
        .description("Calls refused for a service's sake: its breaker was open, or it was full.")
        .tag("upstream", upstream)
        .tag("why", why)
        .register(metrics);
  }

  private void running(String kind, AtomicInteger count, MeterRegistry metrics) {
    Gauge.builder("kryonix.gateway.upstream.calls", count, AtomicInteger::get)
        .description("Calls to a service that are open.")
        .tag("upstream", upstream)
        .tag("kind", kind)
        .register(metrics);
  }

  /**
   * The call, or one that is refused.
   *
   * @param ownDeadline whether its deadline is the gateway's, not the caller's
   */
  ClientCall<Frame, Frame> unary(ClientCall<Frame, Frame> call, boolean ownDeadline) {
    if (!breaker.tryAcquirePermission()) {
      return open();
    }
    if (calls.incrementAndGet() > config.calls()) {
      calls.decrementAndGet();
      breaker.releasePermission();
      return full();
    }
    return new GuardedUnary(call, this, ownDeadline);
  }

  /** The stream, or one that is refused. */
  ClientCall<Frame, Frame> stream(ClientCall<Frame, Frame> call) {
    if (breaker.getState() == State.OPEN) {
      return open();
    }
    if (streams.incrementAndGet() > config.streams()) {
      streams.decrementAndGet();
      return full();
    }
    return new GuardedStream(call, streams);
  }

  private RefusedCall open() {
    refusedOpen.increment();
    return new RefusedCall(UpstreamErrors.open(upstream, config.pause()));
  }

  private RefusedCall full() {
    refusedFull.increment();
    return new RefusedCall(UpstreamErrors.full(upstream));
  }

  /** A unary call has ended. */
  void ended(Outcome outcome, long nanos) {
    calls.decrementAndGet();
    switch (outcome) {
      case ANSWERED -> breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
      case UNANSWERED -> breaker.onError(nanos, TimeUnit.NANOSECONDS, UpstreamErrors.unanswered());
      case ABANDONED -> breaker.releasePermission();
    }
  }

  /** What the end of a call says of the service. */
  enum Outcome {
    /** It answered, be it with an error. */
    ANSWERED,
    /** Nobody was there, or no answer came in good time. */
    UNANSWERED,
    /** The caller left, or ran out of its own time. */
    ABANDONED
  }

  State state() {
    return breaker.getState();
  }

  private int number() {
    return switch (breaker.getState()) {
      case OPEN, FORCED_OPEN -> 2;
      case HALF_OPEN -> 1;
      case CLOSED, DISABLED, METRICS_ONLY -> 0;
    };
  }

  /** Of the calls in the window; negative when they are too few. */
  float failurePercent() {
    return breaker.getMetrics().getFailureRate();
  }

  int runningCalls() {
    return calls.get();
  }

  int runningStreams() {
    return streams.get();
  }
}
