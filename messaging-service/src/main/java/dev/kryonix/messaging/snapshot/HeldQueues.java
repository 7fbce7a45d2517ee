package dev.kryonix.messaging.snapshot;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.broker.BrokerErrors;
import dev.kryonix.messaging.broker.Names;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.Channels;
import dev.kryonix.messaging.connection.TenantConnections;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is ready in a tenant's queues without taking it: the broker has no way to look into a
 * quorum queue, so the messages are delivered, held unacknowledged, and given back. While they are
 * held nobody else gets them, so that none moves from a queue that is still to be read to one that
 * has been read. Given back, they are at the head of their queue in their order, each with one more
 * delivery on the broker's count, and marked as redelivered; our own count of attempts is in their
 * headers and stays. When the process dies, the broker gives them back by itself.
 *
 * <p>Messages are read in pages, each by a consumer of its own that may hold no more than a page:
 * that is the bound on memory here, whatever the queue has.
 */
final class HeldQueues implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldQueues.class);

  /**
   * A message may be a mebibyte. And more than 32 that are given back together come back in no
   * order: the broker (seen with 3.10) has them in an Erlang map, which is sorted up to that size.
   */
  private static final int PAGE = 32;

  /** A page that does not fill in that time is the last one, as far as can be told from waiting. */
  private static final long PATIENCE_MILLIS = 200;

  private static final int LOOKS_AGAIN = 5;

  /** The client tells a consumer of its end on a thread of its own, which has to come to it. */
  private static final int END_SECONDS = 10;

  private final TenantView tenant;
  private final BrokerConnection connection;
  private final Channel channel;

  /** The last message of each page: what was delivered first goes back first. */
  private final List<Long> pages = new ArrayList<>();

  private boolean enough;

  private HeldQueues(TenantView tenant, BrokerConnection connection, Channel channel) {
    this.tenant = tenant;
    this.connection = connection;
    this.channel = channel;
  }

  static HeldQueues open(TenantConnections connections, TenantView tenant) {
    BrokerConnection connection = connections.toConsume(tenant);
    Channel channel = connection.openHoldingChannel();
    try {
      channel.basicQos(PAGE);
    } catch (IOException | ShutdownSignalException e) {
      Channels.abort(channel);
      throw BrokerErrors.unavailable(e);
    }
    return new HeldQueues(tenant, connection, channel);
  }

  /**
   * Hands over what is ready in the queue, in its order, and holds it, until {@code to} has had
   * enough. A queue that has gone has nothing. An ordered queue that a replica deals to consumers
   * just now is that replica's alone: it is left out, and said so.
   */
  void read(String queue, Predicate<Delivery> to) throws InterruptedException {
    AMQP.Queue.DeclareOk found = look(queue);
    if (found == null) {
      return;
    }
    boolean ordered = Names.isOrdered(queue);
    if (ordered && found.getConsumerCount() > 0) {
      LOG.warn(
          "the queue {} of tenant {} is being consumed in order: its {} messages are not copied",
          queue,
          tenant.id(),
          found.getMessageCount());
      return;
    }
    try {
      int left = LOOKS_AGAIN;
      enough = false;
      while (!enough && (ordered ? left > 0 : one(queue, to))) {
        if (page(queue, to) < PAGE && ordered) {
          // How many there are is no measure while the broker is busy, so it is asked again.
          left = isEmpty(queue) ? left - 1 : left;
        }
      }
    } catch (IOException | ShutdownSignalException e) {
      throw BrokerErrors.unavailable(e);
    }
  }

  /** Gives everything back. */
  @Override
  public void close() {
    try {
      for (long last : pages) {
        channel.basicNack(last, true, true);
      }
      channel.close();
    } catch (IOException | TimeoutException | ShutdownSignalException e) {
      LOG.debug("the broker itself gives back what is held of tenant {}", tenant.id(), e);
      Channels.abort(channel);
    }
  }

  /** The one message that the broker says for certain is there; false when there is none. */
  private boolean one(String queue, Predicate<Delivery> to) throws IOException {
    GetResponse got = channel.basicGet(queue, false);
    if (got == null) {
      return false;
    }
    pages.add(got.getEnvelope().getDeliveryTag());
    enough |= !to.test(new Delivery(got.getEnvelope(), got.getProps(), got.getBody()));
    return true;
  }

  private int page(String queue, Predicate<Delivery> to) throws IOException, InterruptedException {
    Page page = new Page(channel);
    String tag = channel.basicConsume(queue, false, page);
    int count = 0;
    try {
      while (count < PAGE) {
        Delivery next = page.arrived.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
          break;
        }
        hold(next, to, count++ == 0);
      }
    } finally {
      channel.basicCancel(tag);
    }
    page.awaitEnd();
    for (Delivery late = page.arrived.poll(); late != null; late = page.arrived.poll()) {
      hold(late, to, count++ == 0);
    }
    return count;
  }

  private void hold(Delivery next, Predicate<Delivery> to, boolean first) {
    long tag = next.getEnvelope().getDeliveryTag();
    if (first) {
      pages.add(tag);
    } else {
      pages.set(pages.size() - 1, tag);
    }
    enough |= !to.test(next);
  }

  private boolean isEmpty(String queue) throws InterruptedException {
    AMQP.Queue.DeclareOk found = look(queue);
    if (found == null || found.getMessageCount() == 0) {
      TimeUnit.MILLISECONDS.sleep(PATIENCE_MILLIS / LOOKS_AGAIN);
      return true;
    }
    return false;
  }

  /** What the broker says of the queue; null when it has gone. */
  private AMQP.Queue.@Nullable DeclareOk look(String queue) {
    Channel asking = connection.openChannel();
    try {
      return asking.queueDeclarePassive(queue);
    } catch (IOException e) {
      if (Channels.isQueueGone(asking)) {
        return null;
      }
      throw BrokerErrors.unavailable(e);
    } catch (ShutdownSignalException e) {
      throw BrokerErrors.unavailable(e);
    } finally {
      Channels.abort(asking);
    }
  }

  /** Takes a page of deliveries. */
  private static final class Page extends DefaultConsumer {
    final BlockingQueue<Delivery> arrived = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    Page(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      arrived.add(new Delivery(envelope, properties, body));
    }

    /** Nothing comes after it. */
    @Override
    public void handleCancelOk(String tag) {
      ended.countDown();
    }

    @Override
    public void handleCancel(String tag) {
      ended.countDown();
    }

    @Override
    public void handleShutdownSignal(String tag, ShutdownSignalException signal) {
      ended.countDown();
    }

    /** Everything that comes has come. */
    void awaitEnd() throws IOException, InterruptedException {
      if (!ended.await(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("a consumer does not end");
      }
    }
  }
}
