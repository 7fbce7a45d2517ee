package dev.kryonix.messaging.dedup;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does with many items at a time what comes one by one: while one batch is worked on, the next
 * gathers. Items keep their order. There is a thread only while there is work.
 */
public final class Batches<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Batches.class);

  private final String name;
  private final int most;
  private final Consumer<List<T>> work;
  private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * @param name of the thread
   * @param most items in one batch
   * @param work what to do with a batch; whoever waits for an item hears of it from the work
   *     itself, so it throws nothing. If it does, by a defect, the batches behind it go on
   */
  public Batches(String name, int most, Consumer<List<T>> work) {
    this.name = name;
    this.most = most;
    this.work = work;
  }

  /** Adds an item to what is to be done, and returns at once. */
  public void add(T item) {
    waiting.add(item);
    if (running.compareAndSet(false, true)) {
      Thread.ofVirtual().name(name).start(this::run);
    }
  }

  private void run() {
    do {
      try {
        for (List<T> batch = next(); !batch.isEmpty(); batch = next()) {
          work(batch);
        }
      } finally {
        running.set(false);
      }
      // Somebody may have added between the last look and the end.
    } while (!waiting.isEmpty() && running.compareAndSet(false, true));
  }

  private void work(List<T> batch) {
    try {
      work.accept(batch);
    } catch (RuntimeException e) {
      LOG.error("a batch of {} {} ended in a defect", batch.size(), name, e);
    }
  }

  private List<T> next() {
    List<T> batch = new ArrayList<>();
    for (T item; batch.size() < most && (item = waiting.poll()) != null; ) {
      batch.add(item);
    }
    return batch;
  }
}
