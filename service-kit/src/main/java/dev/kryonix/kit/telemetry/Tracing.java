package dev.kryonix.kit.telemetry;

import io.grpc.ClientInterceptor;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;

/**
 * W3C trace context through every hop. Without a sampled parent a call is not recorded, but its
 * context still travels, so a trace that a client begins can be followed through the platform.
 */
@Singleton
public final class Tracing {
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .setSampler(Sampler.parentBased(Sampler.alwaysOff()))
                  .build())
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
          .build();
  private final GrpcTelemetry grpc = GrpcTelemetry.create(sdk);

  public ServerInterceptor serverInterceptor() {
    return grpc.newServerInterceptor();
  }

  public ClientInterceptor clientInterceptor() {
    return grpc.newClientInterceptor();
  }

  /** For hops that are not gRPC: broker headers, HTTP. */
  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  @PreDestroy
  void close() {
    sdk.close();
  }
}
