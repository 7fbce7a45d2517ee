package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.gateway.SocketWire.Frame;
import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long a socket lives when nothing happens, and when its gateway stops. */
class SocketLifeIT {
  @Test
  void aClientThatAnswersPingsStaysAndOneThatDoesNotIsDropped() throws Exception {
    GatewayProcess gateway = GatewayProcess.start(Map.of("kryonix.gateway.socket.ping", "2s"));
    try (SocketWire awake = new SocketWire(gateway.httpPort(), "/v1/chat");
        SocketWire asleep = new SocketWire(gateway.httpPort(), "/v1/chat")) {
      awake.text("{\"id\":\"a\"}");
      assertThat(awake.next(SocketWire.TEXT).text()).isEqualTo("{\"id\":\"a\"}");
      for (int i = 0; i < 3; i++) {
        Frame ping = awake.next(SocketWire.PING);
        awake.frame(SocketWire.FIN | SocketWire.PONG, ping.payload());
      }
      assertThat(open(gateway)).isGreaterThanOrEqualTo(1);

      int pings = 0;
      for (Frame frame = asleep.next(); frame != null; frame = asleep.next()) {
        assertThat(frame.type()).isEqualTo(SocketWire.PING);
        pings++;
      }
      assertThat(pings).isBetween(1, 4);
    }
    Awaitility.await().until(() -> open(gateway) == 0);
  }

  private static double open(GatewayProcess gateway) throws Exception {
    return metric(gateway, "kryonix_gateway_sockets");
  }

  private static double metric(GatewayProcess gateway, String name) throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + gateway.managementPort() + "/metrics");
    String text;
    try (HttpClient client = HttpClient.newHttpClient()) {
      text =
          client
              .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
              .body();
    }
    return text.lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void unfinishedMessagesTakeNoMoreThanTheBudgetOfAll() throws Exception {
    GatewayProcess gateway =
        GatewayProcess.start(Map.of("kryonix.gateway.edge.body-memory", 500_000));
    byte[] most = new byte[400_000];
    for (int i = 0; i < 3; i++) {
      try (SocketWire first = new SocketWire(gateway.httpPort(), "/v1/chat");
          SocketWire second = new SocketWire(gateway.httpPort(), "/v1/chat")) {
        // One holds a frame that is not complete, the other a message that is not.
        first.write(
            Arrays.copyOf(SocketWire.masked(SocketWire.FIN | SocketWire.TEXT, most), 390_000));
        Awaitility.await().until(() -> metric(gateway, "kryonix_gateway_body_memory") > 300_000);
        second.frame(SocketWire.TEXT, most);

        assertThat(second.next(SocketWire.TEXT).text()).contains("\"reason\":\"BODIES_EXHAUSTED\"");
        assertThat(second.end()).isEqualTo(4014);
      }
      Awaitility.await().until(() -> metric(gateway, "kryonix_gateway_body_memory") == 0);
    }
  }

  @Test
  void aGatewayThatStopsSaysSoAndLetsItsClientsGo(@TempDir Path folder) throws Exception {
    EchoUpstream upstream = new EchoUpstream();
    int port = Ports.take();
    Process process = gateway(folder, port, upstream.port());
    try {
      Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> isOpen(port));
      SocketClient client = SocketClient.open(port, true, "/v1/chat", builder -> builder);
      client.send("{}").text();

      process.destroy();

      assertThat(client.text()).contains("\"reason\":\"NOT_SERVING\"");
      assertThat(client.closed().code()).isEqualTo(1001);
      assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Process gateway(Path folder, int port, int upstream) throws IOException {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    GenerateKeys.main(new String[] {keys.toString(), "gateway", "tenant"});
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Application.class.getName()));
    Map<String, Object> settings =
        Map.of(
            "kryonix.server.grpc-port",
            Ports.take(),
            "kryonix.server.management-port",
            Ports.take(),
            "kryonix.server.keys-dir",
            keys,
            "kryonix.gateway.http-port",
            port,
            "kryonix.services.echo",
            "127.0.0.1:" + upstream,
            "kryonix.services.away",
            "127.0.0.1:9");
    settings.forEach((name, value) -> command.add("-" + name + "=" + value));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(new File(folder.toFile(), "log"))
        .start();
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
