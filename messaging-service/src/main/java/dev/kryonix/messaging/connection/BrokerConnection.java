package dev.kryonix.messaging.connection;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.impl.AMQConnection;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.messaging.broker.BrokerErrors;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** An open connection to a tenant's vhost. */
public final class BrokerConnection {
  private static final int CLOSED_WITHIN_MILLIS = 1000;

  private final AMQConnection connection;
  private final Socket socket;
  private final AtomicInteger users = new AtomicInteger();
  private final List<Runnable> blockedListeners = new CopyOnWriteArrayList<>();
  private volatile boolean blocked;
  private volatile long lastUsed = System.nanoTime();

  /** Of a connection that does not recover by itself. */
  BrokerConnection(Connection connection, Socket socket) {
    this.connection = (AMQConnection) connection;
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
    return openHoldingChannel(0);
  }

  /**
   * The same for what callers open; refuses it when as many are open as their plan allows.
   *
   * @param most so many holding channels the connection may have; 0 for as many as the broker lets
   *     it have
   */
  public Channel openHoldingChannel(int most) {
    if (users.incrementAndGet() > most && most > 0) {
      users.decrementAndGet();
      throw ConnectionErrors.channelsUsed(most);
    }
    Channel channel;
    try {
      channel = openChannel();
    } catch (RuntimeException e) {
      users.decrementAndGet();
      throw e;
    }
    // The client calls it again whenever somebody ends a channel that has ended.
    AtomicBoolean released = new AtomicBoolean();
    channel.addShutdownListener(
        cause -> {
          if (released.compareAndSet(false, true)) {
            release();
          }
        });
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
    } catch (IOException | AlreadyClosedException e) {
      throw unanswered(e);
    }
  }

  /**
   * The same, on which the broker confirms what is published. Refused while the broker takes
   * nothing: it does not read then, and would not answer.
   */
  public Channel openConfirmingChannel() {
    if (blocked) {
      throw BrokerErrors.blocked();
    }
    Channel channel = openChannel();
    try {
      // Not the client's confirmSelect: it would count and remember each message once more.
      var unused = channel.rpc(new AMQP.Confirm.Select.Builder().build());
      return channel;
    } catch (IOException | AlreadyClosedException e) {
      throw unanswered(e);
    }
  }

  /** A node does such things at once when it reads at all. */
  private ServiceException unanswered(Exception e) {
    if (connection.isOpen() && !blocked) {
      abandon();
    }
    return BrokerErrors.unavailable(e);
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
    socket.execute(this::end);
  }

  /** Closes it; does not wait for a broker that does not answer. */
  void abort() {
    connection.abort(CLOSED_WITHIN_MILLIS);
    socket.execute(this::end);
  }

  /**
   * Ends everything on it, as when its socket breaks; nothing when the broker has answered that it
   * is closed. Without an answer the client closes the socket, but tells none of the channels: they
   * would count as open for ever, and swallow what is published.
   */
  private void end() {
    connection.handleIoError(new EOFException("the broker does not answer"));
  }

  private void release() {
    users.decrementAndGet();
    touch();
  }
}
