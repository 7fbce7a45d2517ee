package dev.kryonix.messaging.connection;

import static dev.kryonix.messaging.process.Messaging.variable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A connection that lives longer than its channels, on a real RabbitMQ. */
final class BrokerConnectionIT {
  @Test
  void whoListensOnAChannelIsForgottenWithIt() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(variable("KRYONIX_RABBITMQ_HOST"));
    factory.setPort(Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT")));
    factory.setUsername(variable("KRYONIX_RABBITMQ_USER"));
    factory.setPassword(variable("KRYONIX_RABBITMQ_PASSWORD"));
    List<Socket> sockets = new ArrayList<>();
    factory.netty().channelCustomizer(channel -> sockets.add(new Socket(channel)));
    BrokerConnection connection = new BrokerConnection(factory.newConnection(), sockets.getFirst());
    try {
      List<Channel> channels = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Channel channel = connection.openChannel();
        connection.onBlocked(channel, () -> {});
        channels.add(channel);
      }
      assertThat(connection.blockedListeners()).isEqualTo(3);

      channels.removeFirst().close();
      await().until(() -> connection.blockedListeners() == 2);

      connection.abandon();
      await().until(() -> connection.blockedListeners() == 0);
      assertThat(connection.isOpen()).isFalse();
    } finally {
      connection.abort();
    }
  }
}
