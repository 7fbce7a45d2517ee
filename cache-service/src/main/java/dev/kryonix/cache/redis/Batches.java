package dev.kryonix.cache.redis;

import dev.kryonix.kit.server.EventLoops;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gathers the commands of callers that run at the same time and writes them with one flush for each
 * shard, which costs a fraction of a flush for each command. Nobody waits for a timer: whoever
 * comes first lets the callers that are ready to run go ahead, as long as others are under way at
 * all, and then writes for all of them; so a lone caller is never held up, and a batch is as large
 * as the load. On an event loop, what all calls want that were read at once is written together.
 *
 * <p>Commands go out in the order in which they were added.
 */
final class Batches {
  /** What is written at once; whoever adds this many does not wait for the first. */
  private static final int MOST = 64;

  private final StatefulConnection<byte[], byte[]> connection;
  private final EventLoops loops;
  private final Executor writer;
  private final Queue<AsyncCommand<byte[], byte[], ?>> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();
  private final ReentrantLock order = new ReentrantLock();
  private final ThreadLocal<Boolean> gathering = ThreadLocal.withInitial(() -> false);

  /**
   * Batches of a connection.
   *
   * @param writer where they are written from an event loop, which must not wait
   */
  Batches(StatefulConnection<byte[], byte[]> connection, EventLoops loops, Executor writer) {
    this.connection = connection;
    this.loops = loops;
    this.writer = writer;
  }

  /** Sends a command with those of others. */
  @SuppressWarnings("ThreadPriorityCheck") // Right without the yield too, only in smaller batches.
  <T> AsyncCommand<byte[], byte[], T> send(RedisCommand<byte[], byte[], T> command) {
    AsyncCommand<byte[], byte[], T> answer = new AsyncCommand<>(command);
    boolean alone = underWay.getAndIncrement() == 0;
    answer.whenComplete((value, error) -> underWay.decrementAndGet());
    waiting.add(answer);
    int count = waitingCount.incrementAndGet();
    if (gathering.get()) {
      if (count >= MOST) {
        flush();
      }
    } else if (count == 1) {
      if (loops.afterThisRound(this::flush)) {
        return answer;
      }
      if (!alone) {
        Thread.yield();
      }
      flush();
    } else if (count >= MOST) {
      flush();
    }
    return answer;
  }

  /** Runs what sends many commands, and writes them together at its end. */
  void gather(Runnable sending) {
    if (gathering.get()) {
      sending.run();
      return;
    }
    gathering.set(true);
    try {
      sending.run();
    } finally {
      gathering.remove();
      flush();
    }
  }

  private void flush() {
    if (Thread.currentThread() instanceof FastThreadLocalThread) {
      writer.execute(this::writeAll);
    } else {
      writeAll();
    }
  }

  private void writeAll() {
    order.lock();
    try {
      // Before the queue is emptied: whoever adds after this sees that nobody has promised to
      // write.
      waitingCount.set(0);
      List<AsyncCommand<byte[], byte[], ?>> batch = new ArrayList<>(MOST);
      for (var next = waiting.poll(); next != null; next = waiting.poll()) {
        batch.add(next);
        if (batch.size() == MOST) {
          write(batch);
          batch = new ArrayList<>(MOST);
        }
      }
      write(batch);
    } finally {
      order.unlock();
    }
  }

  private void write(List<AsyncCommand<byte[], byte[], ?>> batch) {
    if (batch.isEmpty()) {
      return;
    }
    try {
      connection.dispatch(batch);
    } catch (RuntimeException | Error e) {
      // A defect, too: nobody else would ever answer them.
      batch.forEach(command -> command.completeExceptionally(e));
    }
  }
}
