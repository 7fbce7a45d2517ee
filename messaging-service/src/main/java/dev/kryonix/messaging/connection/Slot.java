package dev.kryonix.messaging.connection;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The place of one connection: opened by the first who needs it while others wait for that. */
final class Slot {
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable BrokerConnection current;

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
        connection = open.get();
        current = connection;
      }
      return connection;
    } finally {
      lock.unlock();
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
