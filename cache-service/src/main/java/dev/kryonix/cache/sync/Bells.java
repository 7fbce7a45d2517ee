package dev.kryonix.cache.sync;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes those who wait for what this process has changed; there is a bell while somebody waits. */
@Singleton
final class Bells {
  private final Map<String, Bell> bells = new ConcurrentHashMap<>();

  private static final class Bell {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private int waiting;
    private int rings;
  }

  void ring(String name) {
    Bell bell = bells.get(name);
    if (bell != null) {
      bell.lock.lock();
      try {
        bell.rings++;
        bell.rung.signalAll();
      } finally {
        bell.lock.unlock();
      }
    }
  }

  /** Waits until the bell rings, but no longer than so. */
  void await(String name, Duration most) throws InterruptedException {
    Bell bell =
        bells.compute(
            name,
            (key, existing) -> {
              Bell taken = existing == null ? new Bell() : existing;
              taken.waiting++;
              return taken;
            });
    bell.lock.lock();
    try {
      int before = bell.rings;
      long left = most.toNanos();
      while (bell.rings == before && left > 0) {
        left = bell.rung.awaitNanos(left);
      }
    } finally {
      bell.lock.unlock();
      bells.computeIfPresent(name, (key, existing) -> --existing.waiting == 0 ? null : existing);
    }
  }
}
