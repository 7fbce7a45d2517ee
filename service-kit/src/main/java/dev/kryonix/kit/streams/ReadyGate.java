package dev.kryonix.kit.streams;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Lets writers of one stream through, one at a time, while the transport takes more; shut for good
 * by {@link #shut}.
 */
final class ReadyGate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final BooleanSupplier transportIsReady;
  private boolean shut;

  ReadyGate(BooleanSupplier transportIsReady) {
    this.transportIsReady = transportIsReady;
  }

  /** Says that the transport may have become ready. */
  void changed() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets nobody through any more. */
  void shut() {
    lock.lock();
    try {
      shut = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isShut() {
    lock.lock();
    try {
      return shut;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the transport is ready, then runs the write alone. */
  void pass(Runnable write) {
    lock.lock();
    try {
      while (!shut && !transportIsReady.getAsBoolean()) {
        changed.await();
      }
      if (shut) {
        throw new StreamCancelledException();
      }
      write.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StreamCancelledException();
    } finally {
      lock.unlock();
    }
  }

  /** Runs the last call on the stream, unless it has been shut, and shuts it. */
  void last(Runnable end) {
    lock.lock();
    try {
      if (!shut) {
        shut = true;
        end.run();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }
}
