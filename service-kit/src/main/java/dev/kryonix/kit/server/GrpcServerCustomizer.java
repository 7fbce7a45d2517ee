package dev.kryonix.kit.server;

import io.grpc.netty.NettyServerBuilder;

/**
 * Changes the gRPC server of a process whose services are not its own: the gateway's forwarding and
 * its reflection.
 */
public interface GrpcServerCustomizer {
  /**
   * Called once, after the process's own services and health have been added, instead of the kit's
   * reflection.
   */
  void customize(NettyServerBuilder builder);
}
