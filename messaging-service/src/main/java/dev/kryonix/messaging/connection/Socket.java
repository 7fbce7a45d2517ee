package dev.kryonix.messaging.connection;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The socket under a connection, and the one thread that serves it. What that thread writes goes
 * straight to the socket, many messages at a time; every frame that another thread writes costs it
 * a task, and often a wake-up. So it writes what is published, and may never wait.
 */
public final class Socket {
  private final Channel channel;
  private final List<Runnable> writableListeners = new CopyOnWriteArrayList<>();

  Socket(Channel channel) {
    this.channel = channel;
    channel.pipeline().addLast(new WritabilityHandler());
  }

  /** Whether the other side reads as fast as is written. */
  public boolean isWritable() {
    return channel.isWritable();
  }

  /** Calls the listener on the socket's thread when it becomes writable again. */
  public void onWritable(Runnable listener) {
    writableListeners.add(listener);
  }

  /** Calls the listener no more. */
  public void forget(Runnable listener) {
    writableListeners.remove(listener);
  }

  /** Runs something on the socket's thread; false when that thread has ended. */
  public boolean execute(Runnable work) {
    try {
      channel.eventLoop().execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** Runs something there later, unless the thread has ended by then. */
  public void schedule(Runnable work, Duration delay) {
    try {
      channel.eventLoop().schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The process stops; nobody waits for what was to be looked at.
    }
  }

  private final class WritabilityHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (channel.isWritable()) {
        writableListeners.forEach(Runnable::run);
      }
      context.fireChannelWritabilityChanged();
    }
  }
}
