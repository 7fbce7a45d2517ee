package dev.kryonix.messaging.connection;

import dev.kryonix.kit.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection: opened by the first who needs it while others wait for that. When it
 * is refused, so are they, and whoever else comes in the next moment.
 */
final class Slot {
  private final ReentrantLock lock = new ReentrantLock();
  private final long refusalNanos;
  private volatile @Nullable BrokerConnection current;
  private @Nullable Refusal refusal;

  Slot(Duration refusal) {
    this.refusalNanos = refusal.toNanos();
  }

  private record Refusal(ServiceException why, long nanos) {}

  BrokerConnection get(Supplier<BrokerConnection> open) {
    BrokerConnection connection = current;
    if (connection != null && connection.isOpen()) {
      connection.touch();
      return connection;
    }
    lock.lock();
    try {
      connection = current;
      if (connection == null || !connection.isOpen()) {
        connection = openNow(open);
        current = connection;
      }
      return connection;
    } finally {
      lock.unlock();
    }
  }

  private BrokerConnection openNow(Supplier<BrokerConnection> open) {
    Refusal last = refusal;
    if (last != null && System.nanoTime() - last.nanos < refusalNanos) {
      throw last.why;
    }
    try {
      return open.get();
    } catch (ServiceException e) {
      refusal = new Refusal(e, System.nanoTime());
      throw e;
    }
  }

  /** Closes the connection when nobody has used it for that long; true when the slot is empty. */
  boolean closeIfIdle(long nanos) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      BrokerConnection connection = current;
      if (connection == null || !connection.isOpen()) {
        return true;
      }
      if (connection.isInUse() || !connection.isIdleFor(nanos)) {
        return false;
      }
      connection.abort();
      return true;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    BrokerConnection connection = current;
    if (connection != null) {
      connection.abort();
    }
  }
}
