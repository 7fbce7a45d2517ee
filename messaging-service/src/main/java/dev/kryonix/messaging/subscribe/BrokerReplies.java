package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.messaging.connection.Channels;
import java.io.IOException;
import java.util.List;

/**
 * What the broker is told on a channel of its deliveries and consumers there. A channel on which
 * that fails is given up: the broker delivers everything again. For one thread at a time.
 *
 * <p>Given up aside, as that calls all who wait for the channel's end, and whoever speaks here has
 * a lock.
 */
final class BrokerReplies {
  private final Channel channel;
  private final ToldTags told = new ToldTags();

  BrokerReplies(Channel channel) {
    this.channel = channel;
  }

  /** Acknowledges all of them, in as few words as it can be told; false when that failed. */
  boolean acknowledge(List<Long> tags) {
    try {
      for (ToldTags.Acknowledgement each : told.acknowledge(tags)) {
        channel.basicAck(each.tag(), each.andAllBefore());
      }
      return true;
    } catch (IOException | ShutdownSignalException e) {
      Channels.abortAside(channel);
      return false;
    }
  }

  /** What becomes of one delivery, as far as the broker is to know; false when that failed. */
  boolean tell(long tag, Fate fate) {
    try {
      switch (fate) {
        case ACKNOWLEDGE -> {
          told.add(tag);
          channel.basicAck(tag, false);
        }
        case REQUEUE -> {
          told.add(tag);
          channel.basicNack(tag, false, true);
        }
        case KEEP, FAILED -> {}
      }
      return true;
    } catch (IOException | ShutdownSignalException e) {
      Channels.abortAside(channel);
      return false;
    }
  }

  /** Cancels a consumer, without waiting for an answer. */
  void cancel(String consumerTag) {
    try {
      Channels.cancelAtOnce(channel, consumerTag);
    } catch (IOException | ShutdownSignalException e) {
      Channels.abortAside(channel);
    }
  }
}
