package dev.kryonix.interop;

import io.grpc.ForwardingServerBuilder;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerStreamTracer;
import java.util.function.Consumer;

/**
 * Keeps the gateway's health checks from the tracers of a server: the cases look at each call that
 * comes in, and know of their own only. Hands out the server that was built, which the cases keep
 * to themselves.
 */
final class HealthUntraced extends ForwardingServerBuilder<HealthUntraced> {
  private final ServerBuilder<?> server;
  private final Consumer<Server> built;

  HealthUntraced(ServerBuilder<?> server, Consumer<Server> built) {
    this.server = server;
    this.built = built;
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

  @Override
  public Server build() {
    Server whole = super.build();
    built.accept(whole);
    return whole;
  }
}
