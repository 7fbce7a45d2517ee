package dev.kryonix.interop;

import io.grpc.ForwardingServerBuilder;
import io.grpc.Metadata;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;

/**
 * Keeps the gateway's health checks from the tracers of a server: the cases look at each call that
 * comes in, and know of their own only.
 */
final class HealthUntraced extends ForwardingServerBuilder<HealthUntraced> {
  private final ServerBuilder<?> server;

  HealthUntraced(ServerBuilder<?> server) {
    this.server = server;
  }

  @Override
  protected ServerBuilder<?> delegate() {
    return server;
  }

  @Override
  public HealthUntraced addStreamTracerFactory(ServerStreamTracer.Factory factory) {
    server.addStreamTracerFactory(
        new ServerStreamTracer.Factory() {
          @Override
          public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            return method.startsWith("grpc.health.v1.")
                ? new ServerStreamTracer() {}
                : factory.newServerStreamTracer(method, headers);
          }
        });
    return this;
  }
}
