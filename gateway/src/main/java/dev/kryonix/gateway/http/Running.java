package dev.kryonix.gateway.http;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The requests that are being answered, so that the end of the process can wait for them. */
@Singleton
final class Running {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int count;

  void begun() {
    add(1);
  }

  void ended() {
    add(-1);
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
