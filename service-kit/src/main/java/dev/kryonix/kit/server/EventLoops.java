package dev.kryonix.kit.server;

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
 * The threads that move bytes, one per core, shared by the listeners and by whatever a call is
 * passed on to: channels to services, connections to a store. So a call can go on, and its answer
 * come back, on the thread that it came in on. Nothing on them may block.
 */
@Singleton
public final class EventLoops {
  /** The number of a thread that is no event loop. */
  public static final int NONE = -1;

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
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("io", true), handlers);
    group.forEach(loop -> loops.add((EventLoop) loop));
  }

  /**
   * Is called by what may wait. On an event loop, Netty's own ones of any client too, that is a
   * defect, which holds up every connection of that thread: it is told at once and always, not only
   * when there was something to wait for.
   */
  public static void requireNone() {
    if (Thread.currentThread() instanceof FastThreadLocalThread loop) {
      throw new IllegalStateException("the event loop " + loop.getName() + " is not to wait");
    }
  }

  /** All of them, for what takes the next one each time. */
  public EventLoopGroup group() {
    return group;
  }

  /** How many there are. */
  public int count() {
    return loops.size();
  }

  /** One of them, by its number. */
  public EventLoop get(int index) {
    return loops.get(index);
  }

  /** The number of the one that this thread is, or {@link #NONE}. */
  public int current() {
    return Thread.currentThread() instanceof FastThreadLocalThread ? current.get() : NONE;
  }

  /** The listening channels that they serve. */
  public Class<? extends ServerSocketChannel> listenerType() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Runs a task when the loop that this thread is has done what it is doing for all that it has
   * read; false on any other thread, where the task is not run.
   */
  public boolean afterThisRound(Runnable task) {
    int here = current();
    if (here == NONE) {
      return false;
    }
    get(here).execute(task);
    return true;
  }

  /** The connections that they serve. */
  public Class<? extends SocketChannel> channelType() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  @PreDestroy
  void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
