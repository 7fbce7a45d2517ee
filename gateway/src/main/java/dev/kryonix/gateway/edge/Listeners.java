package dev.kryonix.gateway.edge;

import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.MessageMemory;
import dev.kryonix.kit.server.RequestMemory;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;

/**
 * Opens the gateway's ports. What guards a connection is put in front of its pipeline as it is
 * accepted, before the server behind the port, grpc-java or our own, sees it; so both ports are
 * guarded alike.
 */
@Singleton
public final class Listeners {
  private final ChannelFactory<? extends ServerChannel> sockets;
  private final Tls tls;
  private final EdgeConfig config;
  private final OpenConnections open;
  private final Refusals refusals;
  private final RequestMemory memory;

  Listeners(
      EventLoops loops,
      Tls tls,
      EdgeConfig config,
      OpenConnections open,
      Refusals refusals,
      RequestMemory memory) {
    this.sockets = new ReflectiveChannelFactory<>(loops.listenerType());
    this.tls = tls;
    this.config = config;
    this.open = open;
    this.refusals = refusals;
    this.memory = memory;
  }

  /** Puts grpc-java's server behind the port of gRPC, with its own limits set. */
  public void guard(NettyServerBuilder builder) {
    builder
        .channelFactory(of(Port.GRPC))
        .withChildOption(ChannelOption.SO_KEEPALIVE, true)
        .addStreamTracerFactory(MessageMemory.factory(memory, MessageMemory.Until.READ))
        .maxInboundMetadataSize(EdgeConfig.MAX_HEADER_BYTES)
        .maxRstFramesPerWindow(config.resets(), (int) EdgeConfig.WINDOW.toSeconds())
        .maxConnectionIdle(config.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAge(config.maxAge().toMillis(), TimeUnit.MILLISECONDS)
        .maxConnectionAgeGrace(config.ageGrace().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Makes the listening channel of a port. */
  public ChannelFactory<ServerChannel> of(Port port) {
    return () -> {
      ServerChannel listener = sockets.newChannel();
      listener.pipeline().addLast(new Accepted(port));
      return listener;
    };
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The listener on the end is all that is wanted.
  private final class Accepted extends ChannelInboundHandlerAdapter {
    private final Port port;

    Accepted(Port port) {
      this.port = port;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      SocketChannel connection = (SocketChannel) accepted;
      InetAddress client = connection.remoteAddress().getAddress();
      if (!open.enter(client)) {
        refusals.count(Refusals.Reason.LIMIT);
        connection.unsafe().closeForcibly();
        return;
      }
      connection.closeFuture().addListener(closed -> open.leave(client));
      tls.encrypt(port, connection.alloc()).ifPresent(connection.pipeline()::addLast);
      connection.pipeline().addLast(new FrameGuard(config, port, refusals));
      ctx.fireChannelRead(connection);
    }
  }
}
