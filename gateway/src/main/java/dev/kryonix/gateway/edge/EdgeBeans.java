package dev.kryonix.gateway.edge;

import dev.kryonix.kit.server.RequestMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/** What both ports share. */
@Factory
final class EdgeBeans {
  /** For requests that are not yet handed over to their service. */
  @Singleton
  RequestMemory bodies(EdgeConfig config, MeterRegistry metrics) {
    RequestMemory memory = new RequestMemory("The gateway", config.bodyMemory());
    Gauge.builder("kryonix.gateway.body.memory", memory, RequestMemory::held)
        .baseUnit("bytes")
        .description("Bytes of requests that are not handed over yet.")
        .register(metrics);
    return memory;
  }
}
