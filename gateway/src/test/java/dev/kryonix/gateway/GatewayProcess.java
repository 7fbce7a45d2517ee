package dev.kryonix.gateway;

import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.crypto.GenerateKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Starts the gateway the way its main method does, on free ports, with keys of its own. */
record GatewayProcess(EchoUpstream upstream, int grpcPort, int httpPort, int managementPort) {
  static GatewayProcess start() {
    try {
      GatewayProcess process =
          new GatewayProcess(new EchoUpstream(), freePort(), freePort(), freePort());
      process.run(Files.createTempDirectory("gateway-keys"));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(Path keys) {
    GenerateKeys.main(new String[] {keys.toString(), "gateway", "tenant"});
    set("kryonix.server.grpc-port", grpcPort);
    set("kryonix.server.management-port", managementPort);
    set("kryonix.server.keys-dir", keys);
    set("kryonix.gateway.http-port", httpPort);
    set("kryonix.gateway.cors.origins", "https://app.example");
    set("kryonix.services.echo", "127.0.0.1:" + upstream.port());
    // Nothing listens on the port of the discard service.
    set("kryonix.services.away", "127.0.0.1:9");
    Thread.ofPlatform().daemon().start(() -> Application.main(new String[0]));
    await().atMost(Duration.ofSeconds(30)).until(() -> isOpen(grpcPort) && isOpen(httpPort));
  }

  private static void set(String name, Object value) {
    System.setProperty(name, String.valueOf(value));
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
