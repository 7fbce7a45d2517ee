package dev.kryonix.messaging.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Address;
import com.rabbitmq.client.ConnectionFactory;
import com.sun.net.httpserver.HttpServer;
import dev.kryonix.testkit.Ports;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class BrokerNodesTest {
  private static final Address ONE = new Address("one", 1);
  private static final Address TWO = new Address("two", 2);
  private static final Address THREE = new Address("three", 3);

  @Test
  void eachBeginsWithItsOwnNodeAndAllNodesAreUsed() {
    BrokerNodes nodes = new BrokerNodes(config("one:1, two:2,three:3", "http://one"));

    assertThat(nodes.inOrder(0)).containsExactly(ONE, TWO, THREE);
    assertThat(nodes.inOrder(1)).containsExactly(TWO, THREE, ONE);
    assertThat(nodes.inOrder(-1)).containsExactly(THREE, ONE, TWO);
    assertThat(nodes.inOrder(Integer.MIN_VALUE)).containsExactlyInAnyOrder(ONE, TWO, THREE);
  }

  @Test
  void withoutAListThereIsTheOneNode() {
    assertThat(new BrokerNodes(config("", "http://one")).inOrder(7))
        .containsExactly(new Address("host", 5672));
  }

  @Test
  void aNodeThatDoesNotAnswerComesLastForAWhile() {
    BrokerNodes nodes = new BrokerNodes(config("one:1,two:2,three:3", "http://one"));

    nodes.avoid(ONE);

    assertThat(nodes.inOrder(0)).containsExactly(TWO, THREE, ONE);
    assertThat(nodes.inOrder(2)).containsExactly(THREE, TWO, ONE);
  }

  @Test
  void everyNodeIsTriedBeforeTheBrokerCountsAsAway() throws Exception {
    CountDownLatch asked = new CountDownLatch(2);
    try (ServerSocket one = hangUp(asked);
        ServerSocket two = hangUp(asked)) {
      BrokerNodes nodes =
          new BrokerNodes(
              config(
                  "127.0.0.1:%d,127.0.0.1:%d".formatted(one.getLocalPort(), two.getLocalPort()),
                  "http://one"));

      assertThatThrownBy(() -> nodes.connect(new ConnectionFactory(), "test", 0))
          .isInstanceOf(IOException.class);

      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aNodeThatClosesWhileTheConnectionIsSetUpIsAwayLikeAnyOther() throws Exception {
    int tries = 200;
    CountDownLatch asked = new CountDownLatch(tries);
    MultiThreadIoEventLoopGroup eventLoops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (ServerSocket node = hangUp(asked, tries)) {
      BrokerNodes nodes = new BrokerNodes(config("127.0.0.1:" + node.getLocalPort(), "http://one"));
      ConnectionFactory factory = new ConnectionFactory();
      factory.netty().eventLoopGroup(eventLoops);

      for (int i = 0; i < tries; i++) {
        assertThatThrownBy(() -> nodes.connect(factory, "test", 0))
            .isInstanceOfAny(IOException.class, TimeoutException.class);
      }
    } finally {
      eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  @Test
  void theManagementApiIsAskedAtTheNextNodeWhenOneIsGone() throws Exception {
    int dead = Ports.take();
    HttpServer live =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    live.createContext(
        "/",
        exchange -> {
          byte[] body = "{\"up\":true}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    live.start();
    try {
      ManagementApi api =
          new ManagementApi(
              config(
                  "",
                  "http://127.0.0.1:%d,http://127.0.0.1:%d"
                      .formatted(dead, live.getAddress().getPort())));

      assertThat(api.get("/api/overview")).isPresent();
      assertThat(api.get("/api/overview")).isPresent();
    } finally {
      live.stop(0);
    }
  }

  @Test
  void whenNoNodeAnswersThatIsKnownAsUnreachable() throws Exception {
    String urls = "http://127.0.0.1:%d,http://127.0.0.1:%d".formatted(Ports.take(), Ports.take());

    assertThatThrownBy(() -> new ManagementApi(config("", urls)).get("/api/overview"))
        .isInstanceOfSatisfying(
            ManagementException.class, e -> assertThat(e.isUnreachable()).isTrue());
  }

  @Test
  void aListThatNamesNoNodeIsRefusedAtTheStart() {
    assertThatThrownBy(() -> config("one:x", "http://one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one:x");
    assertThatThrownBy(() -> config("", " , ")).hasMessageContaining("management-url");
  }

  /** A node that lets go of everybody at once. */
  private static ServerSocket hangUp(CountDownLatch asked) throws IOException {
    return hangUp(asked, 1);
  }

  private static ServerSocket hangUp(CountDownLatch asked, int times) throws IOException {
    ServerSocket node = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                for (int i = 0; i < times; i++) {
                  node.accept().close();
                  asked.countDown();
                }
              } catch (IOException e) {
                // Nobody came.
              }
            });
    return node;
  }

  private static BrokerConfig config(String nodes, String managementUrls) {
    return new BrokerConfig(
        "host",
        5672,
        nodes,
        managementUrls,
        "admin",
        "",
        Duration.ofSeconds(1),
        Duration.ofSeconds(5));
  }
}
