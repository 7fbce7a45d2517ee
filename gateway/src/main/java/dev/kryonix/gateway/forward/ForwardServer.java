package dev.kryonix.gateway.forward;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.gateway.upstream.EventLoops;
import dev.kryonix.gateway.upstream.Untouched;
import dev.kryonix.kit.server.GrpcServerCustomizer;
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
  private final GatewayConfig config;

  ForwardServer(ForwardRegistry registry, EventLoops loops, GatewayConfig config) {
    this.registry = registry;
    this.loops = loops;
    this.config = config;
  }

  @Override
  public void customize(NettyServerBuilder builder) {
    builder
        .fallbackHandlerRegistry(registry)
        .bossEventLoopGroup(loops.group())
        .workerEventLoopGroup(loops.group())
        .channelType(loops.listenerType())
        // A forwarded call never blocks, and a change of threads costs more than its work.
        .directExecutor()
        .decompressorRegistry(Untouched.decompressors())
        .compressorRegistry(Untouched.compressors())
        .maxConcurrentCallsPerConnection(config.callsPerConnection());
  }
}
