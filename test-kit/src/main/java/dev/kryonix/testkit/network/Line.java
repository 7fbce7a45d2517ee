package dev.kryonix.testkit.network;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The fault that all connections of a proxy have now, and waiting for it to change. */
final class Line {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Fault fault = new Fault.None();

  Fault fault() {
    return fault;
  }

  void change(Fault next) {
    lock.lock();
    try {
      fault = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is another than that. */
  void awaitEnd(Fault current) throws InterruptedException {
    lock.lock();
    try {
      while (fault == current) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for that long, or until it is another. */
  void await(Fault current, Duration time) throws InterruptedException {
    lock.lock();
    try {
      long left = time.toNanos();
      while (left > 0 && fault == current) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How long so many bytes take at so many a second. */
  static Duration timeOf(long bytes, int bytesPerSecond) {
    return Duration.ofNanos(bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond);
  }
}
