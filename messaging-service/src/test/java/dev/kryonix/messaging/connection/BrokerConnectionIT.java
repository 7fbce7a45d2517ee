package dev.kryonix.messaging.connection;

import static dev.kryonix.messaging.process.Messaging.variable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.testkit.network.Fault;
import dev.kryonix.testkit.network.FaultProxy;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection and its channels, on a real RabbitMQ. */
final class BrokerConnectionIT {
  private static final String HOST = variable("KRYONIX_RABBITMQ_HOST");
  private static final int PORT = Integer.parseInt(variable("KRYONIX_RABBITMQ_PORT"));
  private static final int RPC_TIMEOUT_MILLIS = 10_000;

  /** One for all connections, as in the service: it outlives each of them. */
  private final EventLoopGroup eventLoops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterEach
  void stop() {
    eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private BrokerConnection connect(String host, int port) throws IOException, TimeoutException {
    return connect(host, port, RPC_TIMEOUT_MILLIS);
  }

  private BrokerConnection connect(String host, int port, int rpcTimeoutMillis)
      throws IOException, TimeoutException {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost(host);
    factory.setPort(port);
    factory.setUsername(variable("KRYONIX_RABBITMQ_USER"));
    factory.setPassword(variable("KRYONIX_RABBITMQ_PASSWORD"));
    factory.setAutomaticRecoveryEnabled(false);
    factory.setChannelRpcTimeout(rpcTimeoutMillis);
    List<Socket> sockets = new ArrayList<>();
    factory
        .netty()
        .eventLoopGroup(eventLoops)
        .channelCustomizer(channel -> sockets.add(new Socket(channel)));
    return new BrokerConnection(factory.newConnection(), sockets.getFirst());
  }

  @Test
  void whoListensOnAChannelIsForgottenWithIt() throws Exception {
    BrokerConnection connection = connect(HOST, PORT);
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

  @Test
  void aChannelThatIsEndedTwiceIsGivenBackOnce() throws Exception {
    BrokerConnection connection = connect(HOST, PORT);
    try {
      Channel first = connection.openHoldingChannel();
      Channel second = connection.openHoldingChannel();
      assertThatThrownBy(() -> first.queueDeclarePassive("none")).isInstanceOf(IOException.class);

      Channels.abort(first);

      assertThat(connection.isInUse()).isTrue();
      second.close();
      await().until(() -> !connection.isInUse());
    } finally {
      connection.abort();
    }
  }

  @Test
  void aQueueIsGoneOnlyWhenTheBrokerSaysSo() throws Exception {
    BrokerConnection connection = connect(HOST, PORT);
    try {
      Channel asking = connection.openChannel();
      assertThat(Channels.isQueueGone(asking)).isFalse();
      assertThatThrownBy(() -> asking.queueDeclarePassive("none")).isInstanceOf(IOException.class);
      Channel another = connection.openChannel();
      assertThatThrownBy(() -> another.exchangeDeclarePassive("none"))
          .isInstanceOf(IOException.class);

      assertThat(Channels.isQueueGone(asking)).isTrue();
      assertThat(Channels.isQueueGone(another)).isFalse();
    } finally {
      connection.abort();
    }
  }

  @Test
  void aConnectionThatIsBeingOpenedWhileItsSlotIsGivenUpIsClosed() throws Exception {
    Slot slot = new Slot(Duration.ofSeconds(1));
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<BrokerConnection> opened = new CompletableFuture<>();
    CompletableFuture<Optional<BrokerConnection>> got =
        CompletableFuture.supplyAsync(
            () ->
                slot.get(
                    () -> {
                      opening.countDown();
                      opened.complete(connectAfter(goOn));
                      return opened.join();
                    }),
            Thread::startVirtualThread);
    opening.await();

    slot.close();
    goOn.countDown();

    assertThat(got.get(20, TimeUnit.SECONDS)).isEmpty();
    await().until(() -> !opened.join().isOpen());
  }

  private BrokerConnection connectAfter(CountDownLatch latch) {
    try {
      latch.await();
      return connect(HOST, PORT);
    } catch (InterruptedException | IOException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<Consumer<BrokerConnection>> waysToEndIt() {
    return List.of(BrokerConnection::abandon, BrokerConnection::abort);
  }

  @ParameterizedTest
  @MethodSource("waysToEndIt")
  void channelsEndWithAConnectionOnWhichTheBrokerIsSilent(Consumer<BrokerConnection> end)
      throws Exception {
    try (FaultProxy node = new FaultProxy(new InetSocketAddress(HOST, PORT))) {
      BrokerConnection connection = connect("127.0.0.1", node.port());
      Channel publishing = connection.openConfirmingChannel();
      connection.onBlocked(publishing, () -> {});
      Channel consuming = connection.openHoldingChannel();
      node.set(new Fault.Stall());

      end.accept(connection);

      await()
          .untilAsserted(
              () -> {
                assertThat(publishing.isOpen()).isFalse();
                assertThat(consuming.isOpen()).isFalse();
                assertThat(connection.blockedListeners()).isZero();
                assertThat(connection.isInUse()).isFalse();
                assertThat(connection.isOpen()).isFalse();
              });
    }
  }

  @Test
  void aConnectionThatTakesNoMoreChannelsIsGivenUp() throws Exception {
    try (FaultProxy node = new FaultProxy(new InetSocketAddress(HOST, PORT))) {
      BrokerConnection connection = connect("127.0.0.1", node.port(), 5000);
      Channel before = connection.openChannel();
      node.set(new Fault.Stall());

      assertThatThrownBy(connection::openConfirmingChannel).isInstanceOf(ServiceException.class);

      await().until(() -> !connection.isOpen() && !before.isOpen());
    }
  }
}
