package dev.kryonix.gateway.edge;

import dev.kryonix.gateway.upstream.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import jakarta.inject.Singleton;

/**
 * Opens the gateway's ports. What guards a connection is put in front of its pipeline as it is
 * accepted, before the server behind the port, grpc-java or our own, sees it; so both ports are
 * guarded alike.
 */
@Singleton
public final class Listeners {
  private final ChannelFactory<? extends ServerChannel> sockets;
  private final Tls tls;

  Listeners(EventLoops loops, Tls tls) {
    this.sockets = new ReflectiveChannelFactory<>(loops.listenerType());
    this.tls = tls;
  }

  /** Makes the listening channel of a port. */
  public ChannelFactory<ServerChannel> of(Port port) {
    return () -> {
      ServerChannel listener = sockets.newChannel();
      listener.pipeline().addLast(new Accepted(port));
      return listener;
    };
  }

  private final class Accepted extends ChannelInboundHandlerAdapter {
    private final Port port;

    Accepted(Port port) {
      this.port = port;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
      Channel connection = (Channel) accepted;
      tls.encrypt(port, connection.alloc()).ifPresent(connection.pipeline()::addLast);
      ctx.fireChannelRead(connection);
    }
  }
}
