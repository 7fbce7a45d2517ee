package dev.kryonix.testkit.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The threads of a load and of its checkers. One that crashes fails the test: what it would have
 * seen, nobody has.
 */
public final class Crew {
  private final List<Thread> threads = new ArrayList<>();
  private final List<Throwable> crashes = new CopyOnWriteArrayList<>();
  private volatile boolean stopping;

  /** What a thread does until it is asked to stop. */
  @FunctionalInterface
  public interface Work {
    /** Does one more piece of it. */
    void once() throws Exception;
  }

  /** Does the work over and over until {@link #stop}. */
  public void add(String name, Work work) {
    threads.add(
        Thread.ofVirtual()
            .name(name)
            .start(
                () -> {
                  try {
                    while (!stopping) {
                      work.once();
                    }
                  } catch (Throwable e) {
                    crashes.add(e);
                  }
                }));
  }

  /** Fails when a thread has crashed. */
  public void assertWell() {
    if (!crashes.isEmpty()) {
      AssertionError error = new AssertionError(crashes.size() + " threads have crashed");
      crashes.forEach(error::addSuppressed);
      throw error;
    }
  }

  /** Asks all to stop, and waits for none. */
  public void end() {
    stopping = true;
  }

  /** Lets each finish the piece that it is at, and fails when one crashed, or does not end. */
  public void stop(Duration patience) throws InterruptedException {
    end();
    long end = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      if (!thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        crashes.add(new IllegalStateException(thread.getName() + " does not end"));
        thread.interrupt();
      }
    }
    assertWell();
  }
}
