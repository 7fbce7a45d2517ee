package dev.kryonix.messaging.connection;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.kryonix.messaging.broker.BrokerErrors;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An open connection to a tenant's vhost. */
public final class BrokerConnection {
  private final Connection connection;
  private final Socket socket;
  private final AtomicInteger users = new AtomicInteger();
  private final List<Runnable> blockedListeners = new CopyOnWriteArrayList<>();
  private volatile boolean blocked;
  private volatile long lastUsed = System.nanoTime();

  BrokerConnection(Connection connection, Socket socket) {
    this.connection = connection;
    this.socket = socket;
    connection.addBlockedListener(reason -> block(), () -> blocked = false);
  }

  private void block() {
    blocked = true;
    blockedListeners.forEach(Runnable::run);
  }

  /**
   * Calls the listener when the broker tells that it takes no messages, for as long as the channel
   * is open.
   */
  public void onBlocked(Channel channel, Runnable listener) {
    blockedListeners.add(listener);
    // Called at once when the channel has closed already.
    channel.addShutdownListener(cause -> blockedListeners.remove(listener));
  }

  /** How many are called then. */
  int blockedListeners() {
    return blockedListeners.size();
  }

  /**
   * A channel that keeps the connection from counting as idle for as long as it is open. It belongs
   * to whoever opened it, who closes it.
   */
  public Channel openHoldingChannel() {
    Channel channel = openChannel();
    users.incrementAndGet();
    channel.addShutdownListener(cause -> release());
    return channel;
  }

  /** A channel that ends with the connection when nobody touches it. */
  public Channel openChannel() {
    try {
      Channel channel = connection.createChannel();
      if (channel == null) {
        throw ConnectionErrors.noChannelLeft();
      }
      touch();
      return channel;
    } catch (IOException | com.rabbitmq.client.AlreadyClosedException e) {
      if (connection.isOpen() && !blocked) {
        // A node opens channels at once when it reads at all.
        abandon();
      }
      throw BrokerErrors.unavailable(e);
    }
  }

  /** Whether the broker has told that it takes no messages: an alarm of memory or disk. */
  public boolean isBlocked() {
    return blocked;
  }

  /** What the connection is written to. */
  public Socket socket() {
    return socket;
  }

  public boolean isOpen() {
    return connection.isOpen();
  }

  /** Keeps the connection from counting as idle. */
  public void touch() {
    lastUsed = System.nanoTime();
  }

  boolean isIdleFor(long nanos) {
    return System.nanoTime() - lastUsed > nanos;
  }

  /** Whether holding channels are open. */
  boolean isInUse() {
    return users.get() > 0;
  }

  /** The broker does not answer on it: the next who needs one gets another. */
  public void abandon() {
    abort();
  }

  /** Closes at once, without waiting for the broker. */
  void abort() {
    connection.abort(1000);
  }

  private void release() {
    users.decrementAndGet();
    touch();
  }
}
