package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.gateway.edge.Listeners;
import dev.kryonix.gateway.upstream.Untouched;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.GrpcServerCustomizer;
import dev.kryonix.kit.server.ServerConfig;
import io.grpc.netty.NettyServerBuilder;
import jakarta.inject.Singleton;

/**
 * Makes the process's gRPC server a forwarding one: on the event loops, with compression left as it
 * is.
 */
@Singleton
final class ForwardServer implements GrpcServerCustomizer {
  private final ForwardRegistry registry;
  private final EventLoops loops;

  /** So much over the limit a message is still read, to be refused in words. */
  private static final int READ_OVER_LIMIT = 4;

  private final Listeners listeners;
  private final GatewayConfig config;
  private final ServerConfig server;

  ForwardServer(
      ForwardRegistry registry,
      EventLoops loops,
      Listeners listeners,
      GatewayConfig config,
      ServerConfig server) {
    this.listeners = listeners;
    this.registry = registry;
    this.loops = loops;
    this.config = config;
    this.server = server;
  }

  @Override
  public void customize(NettyServerBuilder builder) {
    listeners.guard(builder);
    builder
        .fallbackHandlerRegistry(registry)
        .addStreamTracerFactory(new TimeoutCheck())
        .bossEventLoopGroup(loops.group())
        .workerEventLoopGroup(loops.group())
        // A forwarded call never blocks, and a change of threads costs more than its work.
        .directExecutor()
        // The transport's own refusal resets the stream while the caller still sends, who may then
        // see UNAVAILABLE.
        .maxInboundMessageSize(READ_OVER_LIMIT * server.maxMessageBytes())
        .decompressorRegistry(Untouched.decompressors())
        .compressorRegistry(Untouched.compressors())
        .maxConcurrentCallsPerConnection(config.callsPerConnection());
  }
}
