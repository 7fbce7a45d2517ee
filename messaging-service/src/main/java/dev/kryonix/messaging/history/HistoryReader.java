package dev.kryonix.messaging.history;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.Channels;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tenant's history from a position on, with few messages ahead of whoever reads: what is
 * not taken stays at the broker. Read by one thread.
 */
final class HistoryReader implements AutoCloseable {
  private static final String OFFSET = "x-stream-offset";

  /** The most messages that are here and not taken; a message may be a mebibyte. */
  private static final int AHEAD = 64;

  private final Channel channel;
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();

  private HistoryReader(Channel channel) {
    this.channel = channel;
  }

  private record Arrived(long tag, Entry entry) {}

  /** Begins to read; messages that are appended after this returns are not missed. */
  static HistoryReader open(BrokerConnection connection, Position from) {
    Channel channel = connection.openHoldingChannel();
    HistoryReader reader = new HistoryReader(channel);
    try {
      channel.basicQos(AHEAD);
      channel.basicConsume(
          Names.HISTORY, false, Map.of(OFFSET, from.spec()), reader.new Consumer());
      return reader;
    } catch (IOException | AlreadyClosedException e) {
      Channels.abort(channel);
      throw BrokerErrors.unavailable(e);
    }
  }

  /** The next message; null when none comes in time. */
  @Nullable Entry next(long millis) throws InterruptedException {
    Arrived next = arrived.poll(millis, TimeUnit.MILLISECONDS);
    if (next == null) {
      return null;
    }
    try {
      channel.basicAck(next.tag, false);
    } catch (IOException | AlreadyClosedException e) {
      // Its channel has gone; the reader notices when nothing comes.
    }
    return next.entry;
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    Channels.abort(channel);
  }

  /** Takes what the broker delivers. */
  private final class Consumer extends DefaultConsumer {
    Consumer() {
      super(HistoryReader.this.channel);
    }

    @Override
    public void handleDelivery(
        String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
      Object offset = properties.getHeaders() == null ? null : properties.getHeaders().get(OFFSET);
      if (offset instanceof Number number) {
        arrived.add(
            new Arrived(
                envelope.getDeliveryTag(), new Entry(number.longValue(), properties, body)));
      }
    }

    /** The history has been deleted, or its leader is away. */
    @Override
    public void handleCancel(String consumerTag) {
      Channels.abort(HistoryReader.this.channel);
    }

    @Override
    public void handleShutdownSignal(String consumerTag, ShutdownSignalException signal) {
      // The reader asks whether the channel is open.
    }
  }
}
