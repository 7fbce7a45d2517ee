package dev.kryonix.messaging.connection;

import dev.kryonix.kit.errors.ServiceException;
import java.time.Duration;
import java.util.Optional;
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
  private volatile boolean retired;
  private @Nullable Refusal refusal;

  Slot(Duration refusal) {
    this.refusalNanos = refusal.toNanos();
  }

  private record Refusal(ServiceException why, long nanos) {}

  /** The connection; empty when the slot has been given up, and another is to be used. */
  Optional<BrokerConnection> get(Supplier<BrokerConnection> open) {
    BrokerConnection connection = current;
    if (connection != null && connection.isOpen()) {
      connection.touch();
      return Optional.of(connection);
    }
    lock.lock();
    try {
      connection = current;
      if (!retired && (connection == null || !connection.isOpen())) {
        connection = openNow(open);
        current = connection;
      }
      if (retired) {
        // Nobody would find it here, to use it or to close it.
        close();
        return Optional.empty();
      }
      return Optional.ofNullable(connection);
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

  /** Gives the slot up when nobody has used its connection for that long. */
  boolean closeIfIdle(long nanos) {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      BrokerConnection connection = current;
      if (connection != null
          && connection.isOpen()
          && (connection.isInUse() || !connection.isIdleFor(nanos))) {
        return false;
      }
      close();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the slot up, and closes its connection, also one that is being opened just now. */
  void close() {
    retired = true;
    BrokerConnection connection = current;
    if (connection != null) {
      connection.abort();
    }
  }
}
