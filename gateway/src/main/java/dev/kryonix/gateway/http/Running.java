package dev.kryonix.gateway.http;

import io.netty.channel.Channel;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The requests that are being answered, and the connections that have become another protocol's, so
 * that the end of the process can wait for them.
 */
@Singleton
final class Running {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Channel, Runnable> upgraded = new ConcurrentHashMap<>();
  private volatile boolean ending;
  private int count;

  void begun() {
    add(1);
  }

  void ended() {
    add(-1);
  }

  /**
   * A connection is another protocol's now, and runs until it closes.
   *
   * @param end tells it that the process ends
   */
  @SuppressWarnings("FutureReturnValueIgnored") // The future of a close cannot fail.
  void upgraded(Channel channel, Runnable end) {
    begun();
    upgraded.put(channel, end);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              upgraded.remove(channel);
              ended();
            });
    if (ending) {
      end.run();
    }
  }

  /** The process ends: what would not end by itself is told so. */
  void end() {
    ending = true;
    upgraded.values().forEach(Runnable::run);
  }

  /** Waits until nothing runs, at most for the grace. */
  void awaitNone(Duration grace) {
    lock.lock();
    try {
      long left = grace.toNanos();
      while (count > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void add(int difference) {
    lock.lock();
    try {
      count += difference;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
