package dev.kryonix.gateway.upstream;

import io.netty.channel.EventLoop;
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
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The threads that move bytes, one per core, shared by the listeners and the channels to the
 * services. A call goes on to its service on the thread that it came in on. Nothing on them may
 * block.
 */
@Singleton
public final class EventLoops {
  /** The number of a thread that is no event loop. */
  static final int NONE = -1;

  private final boolean epoll = Epoll.isAvailable();
  private final EventLoopGroup group;
  private final List<EventLoop> loops = new ArrayList<>();
  private final FastThreadLocal<Integer> current =
      new FastThreadLocal<>() {
        @Override
        protected Integer initialValue() {
          for (int i = 0; i < loops.size(); i++) {
            if (loops.get(i).inEventLoop()) {
              return i;
            }
          }
          return NONE;
        }
      };

  public EventLoops() {
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("gateway-io", true), handlers);
    group.forEach(loop -> loops.add((EventLoop) loop));
  }

  public EventLoopGroup group() {
    return group;
  }

  /** How many there are. */
  int count() {
    return loops.size();
  }

  /** One of them, by its number. */
  EventLoop get(int index) {
    return loops.get(index);
  }

  /** The number of the one that this thread is, or {@link #NONE}. */
  int current() {
    return Thread.currentThread() instanceof FastThreadLocalThread ? current.get() : NONE;
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
