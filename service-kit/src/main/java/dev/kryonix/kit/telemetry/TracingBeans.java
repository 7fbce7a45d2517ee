package dev.kryonix.kit.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.env.Environment;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;

/** Traces as the environment's standard settings want them, OTEL_EXPORTER_OTLP_ENDPOINT first. */
@Factory
final class TracingBeans {
  private static final String SETTINGS = "otel";

  @Singleton
  @Bean(preDestroy = "close")
  Tracing tracing(
      @Property(name = "kryonix.server.service") String service,
      Environment environment,
      MeterRegistry metrics) {
    Map<String, String> settings = new HashMap<>();
    environment
        .getProperties(SETTINGS)
        .forEach((name, value) -> settings.put(SETTINGS + "." + name, String.valueOf(value)));
    return new Tracing(SpanExport.of(service, settings, metrics));
  }
}
