package dev.kryonix.testkit.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kryonix.testkit.network.Fault.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy before a server that sends back what it gets. */
final class FaultProxyTest {
  private static final int SILENT_MILLIS = 150;
  private static final int PATIENCE_MILLIS = 30_000;

  private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final FaultProxy proxy =
      new FaultProxy(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
  private final Socket client = new Socket();

  /** How many bytes the server has got. */
  private final AtomicInteger heard = new AtomicInteger();

  FaultProxyTest() throws IOException {}

  @BeforeEach
  void start() throws IOException {
    Thread.ofVirtual().start(this::serve);
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
    client.setSoTimeout(PATIENCE_MILLIS);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    proxy.close();
    server.close();
  }

  @Test
  void withoutAFaultBytesPassBothWaysAndTheEndDoesToo() throws IOException {
    assertThat(echo("hello")).isEqualTo("hello");

    client.shutdownOutput();

    assertThat(client.getInputStream().read()).isEqualTo(-1);
    await().until(() -> proxy.connections() == 0);
  }

  @Test
  void aDelayHoldsEachWay() throws IOException {
    proxy.set(new Fault.Delay(Duration.ofMillis(60)));
    Instant before = Instant.now();

    assertThat(echo("hello")).isEqualTo("hello");

    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(119));
  }

  @Test
  void whatWasStalledArrivesWhenItIsOver() throws IOException {
    assertThat(echo("before")).isEqualTo("before");
    proxy.set(new Fault.Stall());
    send("held");
    assertSilent();

    proxy.heal();

    assertThat(receive(4)).isEqualTo("held");
  }

  @Test
  void aNewConnectionOfAStalledLineStandsAndIsSilent() throws IOException {
    proxy.set(new Fault.Stall());
    try (Socket another = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      another.setSoTimeout(SILENT_MILLIS);
      another.getOutputStream().write(1);
      assertThatThrownBy(() -> another.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void aHalfOpenLinePassesTheOtherWay() throws IOException {
    proxy.set(new Fault.HalfOpen(Direction.TO_CLIENT));
    send("asked");
    await().until(() -> heard.get() == 5);
    assertSilent();

    proxy.set(new Fault.HalfOpen(Direction.TO_SERVER));

    assertThat(receive(5)).isEqualTo("asked");
    send("never");
    assertSilent();
  }

  @Test
  void aResetBreaksWhatThereIsAndWhatComes() throws Exception {
    assertThat(echo("before")).isEqualTo("before");

    proxy.set(new Fault.Reset());

    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    assertThatThrownBy(this::connectAndAsk).isInstanceOf(IOException.class);
    proxy.heal();
    connectAndAsk();
  }

  @Test
  void aLineIsCutInTheMiddleOfWhatIsSent() throws IOException {
    proxy.set(new Fault.CutAfter(3, Direction.TO_CLIENT));
    send("hello");

    byte[] got = new byte[5];
    int length = 0;
    try {
      for (int n = 0;
          n >= 0 && length < got.length;
          n = client.getInputStream().read(got, length, 5 - length)) {
        length += n;
      }
    } catch (SocketException e) {
      // What was on its way may go with the connection.
    }

    assertThat("hel").startsWith(new String(got, 0, length, StandardCharsets.UTF_8));
    await().until(() -> proxy.connections() == 0);
  }

  @Test
  void everySoManythByteIsAlteredOneWay() throws IOException {
    proxy.set(new Fault.Corrupt(3, Direction.TO_SERVER));

    assertThat(echo("aaaaaaa")).isEqualTo("aa`aa`a");
  }

  @Test
  void aThrottledLineTakesItsTimeAndLosesNothing() throws IOException {
    proxy.set(new Fault.Throttle(10_000));
    Instant before = Instant.now();

    assertThat(echo("x".repeat(1500))).hasSize(1500).containsOnlyOnce("x".repeat(1500));

    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofMillis(149));
  }

  @Test
  void theServersEndIsTold() throws IOException {
    server.close();
    assertThatThrownBy(this::connectAndAsk).isInstanceOf(IOException.class);
  }

  private void connectAndAsk() throws IOException {
    try (Socket another = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      another.setSoTimeout(PATIENCE_MILLIS);
      another.getOutputStream().write(1);
      if (another.getInputStream().read() != 1) {
        throw new IOException("ended");
      }
    }
  }

  private String echo(String text) throws IOException {
    send(text);
    return receive(text.length());
  }

  private void send(String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private String receive(int length) throws IOException {
    return new String(client.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
  }

  private void assertSilent() throws IOException {
    client.setSoTimeout(SILENT_MILLIS);
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout(PATIENCE_MILLIS);
  }

  private void serve() {
    while (true) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (socket) {
                    sendBack(socket);
                  } catch (IOException e) {
                    // The connection was broken, as the test wants.
                  }
                });
      } catch (IOException e) {
        return;
      }
    }
  }

  private void sendBack(Socket socket) throws IOException {
    byte[] bytes = new byte[8192];
    for (int n = socket.getInputStream().read(bytes);
        n >= 0;
        n = socket.getInputStream().read(bytes)) {
      heard.addAndGet(n);
      socket.getOutputStream().write(bytes, 0, n);
    }
  }
}
