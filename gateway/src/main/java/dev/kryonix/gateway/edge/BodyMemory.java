package dev.kryonix.gateway.edge;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that requests may take while they are not yet handed over to their service: one budget
 * for all, so that many clients with large slow bodies cannot fill the process.
 */
@Singleton
public final class BodyMemory {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  BodyMemory(EdgeConfig config, MeterRegistry metrics) {
    limit = config.bodyMemory();
    Gauge.builder("kryonix.gateway.body.memory", held, AtomicLong::get)
        .baseUnit("bytes")
        .description("Bytes of requests that are not handed over yet.")
        .register(metrics);
  }

  /** Takes so many bytes, which must be given back by {@link #release}; refuses when spent. */
  public void reserve(long bytes) {
    if (held.addAndGet(bytes) > limit) {
      held.addAndGet(-bytes);
      throw ServiceException.of(
              Code.UNAVAILABLE,
              ErrorReason.ERROR_REASON_BODIES_EXHAUSTED,
              "The gateway holds too many unfinished requests; try again shortly.")
          .retryAfter(RETRY);
    }
  }

  public void release(long bytes) {
    held.addAndGet(-bytes);
  }
}
