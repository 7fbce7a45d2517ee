package dev.kryonix.messaging.topology;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import dev.kryonix.messaging.connection.BrokerConnection;
import dev.kryonix.messaging.connection.Channels;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whether a queue has no message and nobody who takes any. What a declaration answers does not tell
 * by itself: RabbitMQ says that there are 0 messages and 0 consumers as well when the queue's
 * leader has not answered it within a quarter of a second. So it is asked while there is a consumer
 * of our own: an answer that counts it is the queue's.
 *
 * <p>That consumer may be given a message that is there, which shows that there is one. It goes
 * back to the head of the queue, in its place, with one more delivery on the broker's count; the
 * count of attempts is in its headers and stays. Getting a single message would be less, but an
 * ordered queue refuses it. Such a queue counts the one consumer only whose turn it is, so it is
 * asked again when ours has gone.
 */
final class Vacancy {
  /** A node that does not lead the queue may come to what it is to deliver a little later. */
  private static final long GIVEN_WITHIN_MILLIS = 200;

  private static final int END_SECONDS = 10;

  private Vacancy() {}

  /** False as well when the broker does not say. */
  static boolean isVacant(BrokerConnection connection, String queue) {
    Channel channel = connection.openHoldingChannel();
    try {
      channel.basicQos(1);
      Witness witness = new Witness(channel);
      String tag = channel.basicConsume(queue, false, witness);
      AMQP.Queue.DeclareOk found = channel.queueDeclarePassive(queue);
      if (found.getConsumerCount() != 1
          || found.getMessageCount() != 0
          || witness.given.await(GIVEN_WITHIN_MILLIS, TimeUnit.MILLISECONDS)) {
        return false;
      }
      channel.basicCancel(tag);
      return witness.ended.await(END_SECONDS, TimeUnit.SECONDS)
          && witness.given.getCount() == 1
          && channel.consumerCount(queue) == 0;
    } catch (IOException | ShutdownSignalException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      // What it was given goes back.
      Channels.abort(channel);
    }
  }

  /** The consumer of our own. */
  private static final class Witness extends DefaultConsumer {
    final CountDownLatch given = new CountDownLatch(1);
    final CountDownLatch ended = new CountDownLatch(1);

    Witness(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String tag, Envelope envelope, BasicProperties properties, byte[] body) {
      given.countDown();
    }

    /** Whatever the node had for it came before. */
    @Override
    public void handleCancelOk(String tag) {
      ended.countDown();
    }
  }
}
