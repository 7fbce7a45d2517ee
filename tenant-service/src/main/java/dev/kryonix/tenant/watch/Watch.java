package dev.kryonix.tenant.watch;

import dev.kryonix.api.tenant.v1.WatchTenantResponse;
import dev.kryonix.kit.identity.TenantUid;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One watcher's view of a tenant: that it has changed, which is remembered once however often it
 * happens, and the newest events, of which a slow watcher loses the oldest.
 */
public final class Watch implements AutoCloseable {
  private static final int MOST_EVENTS = 256;

  private final WatchHub hub;
  private final TenantUid uid;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Deque<WatchTenantResponse> events = new ArrayDeque<>();
  private boolean changed;

  Watch(WatchHub hub, TenantUid uid) {
    this.hub = hub;
    this.uid = uid;
  }

  /** What a watcher is told next. */
  public sealed interface News {
    /** The tenant has changed: read it. */
    record Changed() implements News {}

    /** Something has happened. */
    record Happened(WatchTenantResponse event) implements News {}

    /** Nothing so far. */
    record Silence() implements News {}
  }

  /** Waits for news, at most so long. */
  public News next(Duration patience) throws InterruptedException {
    long nanos = patience.toNanos();
    lock.lock();
    try {
      while (!changed && events.isEmpty() && nanos > 0) {
        nanos = arrived.awaitNanos(nanos);
      }
      // Events first: those that led to a change are told before it.
      WatchTenantResponse event = events.poll();
      if (event != null) {
        return new News.Happened(event);
      }
      boolean tell = changed;
      changed = false;
      return tell ? new News.Changed() : new News.Silence();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    hub.end(this);
  }

  TenantUid uid() {
    return uid;
  }

  void tenantChanged() {
    lock.lock();
    try {
      changed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void offer(WatchTenantResponse event) {
    lock.lock();
    try {
      if (events.size() == MOST_EVENTS) {
        events.removeFirst();
      }
      events.addLast(event);
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
