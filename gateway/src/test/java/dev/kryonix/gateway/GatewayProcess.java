package dev.kryonix.gateway;

import static org.awaitility.Awaitility.await;

import dev.kryonix.kit.crypto.GenerateKeys;
import dev.kryonix.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Starts the gateway the way its main method does, on free ports, with keys of its own. */
record GatewayProcess(EchoUpstream upstream, int grpcPort, int httpPort, int managementPort) {
  static GatewayProcess start() {
    return start(Map.of());
  }

  /** One of its own, with settings that differ from the usual ones. */
  static GatewayProcess start(Map<String, ?> settings) {
    try {
      return start(new EchoUpstream(), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of its own in front of that service. */
  static GatewayProcess start(EchoUpstream upstream, Map<String, ?> settings) {
    try {
      GatewayProcess process =
          new GatewayProcess(upstream, Ports.take(), Ports.take(), Ports.take());
      process.run(Files.createTempDirectory("gateway-keys"), settings);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(Path keys, Map<String, ?> settings) {
    GenerateKeys.main(new String[] {keys.toString(), "gateway", "tenant"});
    Map<String, Object> all = new HashMap<>();
    all.put("kryonix.server.grpc-port", grpcPort);
    all.put("kryonix.server.management-port", managementPort);
    all.put("kryonix.server.keys-dir", keys);
    all.put("kryonix.gateway.http-port", httpPort);
    all.put("kryonix.gateway.cors.origins", "https://app.example");
    all.put("kryonix.gateway.access-log.to", "off");
    all.put("kryonix.gateway.limits.failures-per-address", 100_000);
    all.put("kryonix.gateway.limits.public-per-address", 1_000_000);
    all.put("kryonix.services.echo", "127.0.0.1:" + upstream.port());
    // Nothing listens on the port of the discard service.
    all.put("kryonix.services.away", "127.0.0.1:9");
    all.putAll(settings);
    String[] args =
        all.entrySet().stream()
            .map(each -> "-" + each.getKey() + "=" + each.getValue())
            .toArray(String[]::new);
    Thread.ofPlatform().daemon().start(() -> Application.main(args));
    await().atMost(Duration.ofMinutes(3)).until(() -> isOpen(grpcPort) && isOpen(httpPort));
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
