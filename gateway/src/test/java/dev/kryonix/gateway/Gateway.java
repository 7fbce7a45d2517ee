package dev.kryonix.gateway;

import static org.awaitility.Awaitility.await;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.kit.crypto.GenerateKeys;
import io.grpc.Channel;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The gateway as its process starts it, once for all tests, in front of an {@link EchoUpstream}.
 */
final class Gateway {
  static final EchoUpstream UPSTREAM;
  static final int GRPC_PORT;
  static final int HTTP_PORT;
  static final int MANAGEMENT_PORT;
  static final Channel CHANNEL;

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  static {
    try {
      UPSTREAM = new EchoUpstream();
      GRPC_PORT = freePort();
      HTTP_PORT = freePort();
      MANAGEMENT_PORT = freePort();
      Path keys = Files.createTempDirectory("gateway-keys");
      GenerateKeys.main(new String[] {keys.toString(), "gateway", "tenant"});
      set("kryonix.server.grpc-port", GRPC_PORT);
      set("kryonix.server.management-port", MANAGEMENT_PORT);
      set("kryonix.server.keys-dir", keys);
      set("kryonix.gateway.http-port", HTTP_PORT);
      set("kryonix.services.echo", "127.0.0.1:" + UPSTREAM.port());
      Thread.ofPlatform().daemon().start(() -> Application.main(new String[0]));
      await().atMost(Duration.ofSeconds(30)).until(() -> isOpen(GRPC_PORT) && isOpen(HTTP_PORT));
      CHANNEL = channel();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Gateway() {}

  /** A connection of its own to the gateway. */
  static ManagedChannel channel() {
    return NettyChannelBuilder.forAddress(
            "127.0.0.1", GRPC_PORT, InsecureChannelCredentials.create())
        .maxInboundMessageSize(64 * 1024 * 1024)
        .build();
  }

  static EchoServiceGrpc.EchoServiceBlockingStub stub() {
    return EchoServiceGrpc.newBlockingStub(CHANNEL);
  }

  static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + HTTP_PORT + path))
        .timeout(Duration.ofSeconds(20));
  }

  static HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  static HttpResponse<String> post(String path, String json) {
    return send(
        request(path)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
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
