package dev.kryonix.messaging.connection;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import java.io.IOException;

/** Lets go of a channel whatever state it is in. */
public final class Channels {
  private Channels() {}

  /** Ends the channel without waiting for the broker; one that has ended stays so. */
  public static void abort(Channel channel) {
    try {
      channel.abort();
    } catch (IOException | AlreadyClosedException e) {
      // Its connection has gone, and the channel with it.
    }
  }
}
