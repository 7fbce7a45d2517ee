package dev.kryonix.cache.entry;

import dev.kryonix.kit.identity.TenantUid;
import io.grpc.Context;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers that wait until somebody else has loaded an entry. Those who wait for the same entry
 * share one poll of Redis, however many they are; whoever loads it in this process wakes them at
 * once.
 */
final class Waiters {
  private static final Duration BETWEEN_POLLS = Duration.ofMillis(25);

  private final Places places;
  private final Map<Key, Room> rooms = new ConcurrentHashMap<>();

  Waiters(int most) {
    this.places = new Places(most);
  }

  /** What is waited for. */
  record Key(Bucket bucket, EntryKey address) {}

  /**
   * Waits until the entry may be there or may be loaded, at most for the time given. False when the
   * time is over, the caller has gone, or too many wait already, of all tenants or of this one.
   *
   * @param settled asks Redis whether nobody loads it any more
   */
  boolean await(TenantUid tenant, Key key, Duration most, BooleanSupplier settled) {
    if (!places.take(tenant)) {
      return false;
    }
    Room room = rooms.compute(key, (same, there) -> enter(there));
    try {
      return room.await(most, settled);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      rooms.computeIfPresent(key, (same, there) -> --there.inside == 0 ? null : there);
      places.leave(tenant);
    }
  }

  /** Wakes those who wait for an entry. */
  void wake(Key key) {
    Room room = rooms.get(key);
    if (room != null) {
      room.open();
    }
  }

  private static Room enter(@Nullable Room there) {
    Room room = there == null ? new Room() : there;
    room.inside++;
    return room;
  }

  /** Those who wait for one entry. One of them polls, the others sleep until it calls. */
  private static final class Room {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private int inside;
    private long openings;
    private boolean polled;

    boolean await(Duration most, BooleanSupplier settled) throws InterruptedException {
      long end = System.nanoTime() + most.toNanos();
      lock.lock();
      try {
        long before = openings;
        while (openings == before) {
          long left = end - System.nanoTime();
          if (left <= 0 || Context.current().isCancelled()) {
            return false;
          }
          if (polled) {
            // The one who polls may leave: then the next takes over.
            long unused = opened.awaitNanos(Math.min(left, 4 * BETWEEN_POLLS.toNanos()));
          } else {
            poll(settled, left);
          }
        }
        return true;
      } finally {
        lock.unlock();
      }
    }

    @SuppressWarnings("WaitNotInLoop") // The caller's loop looks whether anything has changed.
    private void poll(BooleanSupplier settled, long left) throws InterruptedException {
      polled = true;
      try {
        long unused = opened.awaitNanos(Math.min(left, BETWEEN_POLLS.toNanos()));
        lock.unlock();
        boolean over;
        try {
          over = settled.getAsBoolean();
        } finally {
          lock.lock();
        }
        if (over) {
          openings++;
          opened.signalAll();
        }
      } finally {
        polled = false;
      }
    }

    void open() {
      lock.lock();
      try {
        openings++;
        opened.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
