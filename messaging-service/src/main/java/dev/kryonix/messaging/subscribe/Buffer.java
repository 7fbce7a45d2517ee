package dev.kryonix.messaging.subscribe;

import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of this process for messages that have arrived and wait for their consumer, shared by
 * all subscriptions.
 */
@Singleton
final class Buffer {
  private static final long MOST = 48L * 1024 * 1024;

  private final AtomicLong used = new AtomicLong();

  /** Takes that many bytes when there are so many. */
  boolean tryTake(int bytes) {
    if (used.addAndGet(bytes) <= MOST) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** Takes that many bytes even when there are not, for a subscription that has none. */
  void take(int bytes) {
    used.addAndGet(bytes);
  }

  void giveBack(int bytes) {
    used.addAndGet(-bytes);
  }
}
