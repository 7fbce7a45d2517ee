package dev.kryonix.gateway.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.Locale;

/**
 * Counts the connections that the gateway ended or never began, by why. Nothing is logged, since
 * whoever attacks would fill the log.
 */
@Singleton
public final class Refusals {
  /** Why a connection was refused or cut off. */
  public enum Reason {
    /** Too many are open. */
    LIMIT,
    /** Too many frames that carry nothing. */
    FLOOD,
    /** Headers that took too long. */
    SLOW_HEADERS,
    /** A body of which nothing came for too long. */
    SLOW_BODY
  }

  private final MeterRegistry metrics;

  Refusals(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  public void count(Reason reason) {
    Counter.builder("kryonix.gateway.connections.refused")
        .description("Client connections that were refused or cut off.")
        .tag("reason", reason.name().toLowerCase(Locale.ROOT))
        .register(metrics)
        .increment();
  }
}
