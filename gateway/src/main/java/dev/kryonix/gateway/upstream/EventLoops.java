package dev.kryonix.gateway.upstream;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

/**
 * The threads that move bytes, one per core, shared by the listeners and the channels to the
 * services: a forwarded call changes threads at most twice. Nothing on them may block.
 */
@Singleton
public final class EventLoops {
  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup group;

  public EventLoops() {
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("gateway-io", true), handlers);
  }

  public EventLoopGroup group() {
    return group;
  }

  public Class<? extends ServerSocketChannel> listenerType() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  public Class<? extends SocketChannel> channelType() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  @PreDestroy
  void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
