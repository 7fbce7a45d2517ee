package dev.kryonix.messaging.connection;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import com.rabbitmq.client.impl.AMQChannel;
import java.io.IOException;

/** Lets go of a channel whatever state it is in. */
public final class Channels {
  /** How RabbitMQ begins to say which queue is not there, since 3.0 and in 4. */
  private static final String NO_QUEUE = "no queue '";

  private Channels() {}

  /**
   * Whether the call that failed was not answered in time, on a channel that is still there. What
   * comes late is taken by nobody then: the channel has to end, so that it goes back.
   */
  public static boolean isUnanswered(Channel channel) {
    return channel.isOpen();
  }

  /** Whether it was about the channel only, such as a queue that is not there. */
  public static boolean isOwnFault(Channel channel) {
    return !channel.isOpen() && channel.getConnection().isOpen();
  }

  /**
   * Whether the broker has closed the channel because there is no such queue. It answers with the
   * same code for a queue that is there, and whose leader does not answer: that says nothing.
   */
  public static boolean isQueueGone(Channel channel) {
    ShutdownSignalException cause = channel.getCloseReason();
    return cause != null
        && cause.getReason() instanceof AMQP.Channel.Close close
        && close.getReplyCode() == AMQP.NOT_FOUND
        && close.getReplyText().contains(NO_QUEUE);
  }

  /**
   * As {@link #abort}, aside: a broker that does not answer takes its time for that as well. The
   * channel counts as closed at once.
   */
  public static void abortAside(Channel channel) {
    Thread.ofVirtual().name("channel-abort").start(() -> abort(channel));
  }

  /**
   * Stops a consumer without waiting for the broker, so that what is given back next follows at
   * once. On a node that dies between the two, RabbitMQ 3.10 keeps what a cancelled consumer had:
   * it is neither ready nor delivered until the queue has another leader ({@code rabbit_fifo},
   * {@code noconnection} is for consumers that are up).
   */
  public static void cancelAtOnce(Channel channel, String consumerTag) throws IOException {
    ((AMQChannel) channel)
        .transmit(new AMQP.Basic.Cancel.Builder().consumerTag(consumerTag).nowait(true).build());
  }

  /** Ends the channel without waiting for the broker; one that has ended stays so. */
  public static void abort(Channel channel) {
    try {
      channel.abort();
    } catch (IOException | AlreadyClosedException e) {
      // Its connection has gone, and the channel with it.
    }
  }
}
