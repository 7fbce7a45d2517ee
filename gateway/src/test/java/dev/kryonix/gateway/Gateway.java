package dev.kryonix.gateway;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import io.grpc.Channel;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * The gateway as its process starts it, once for all tests, in front of an {@link EchoUpstream}.
 */
final class Gateway {
  private static final GatewayProcess PROCESS = GatewayProcess.start();

  static final EchoUpstream UPSTREAM = PROCESS.upstream();
  static final int GRPC_PORT = PROCESS.grpcPort();
  static final int HTTP_PORT = PROCESS.httpPort();
  static final int MANAGEMENT_PORT = PROCESS.managementPort();
  static final Channel CHANNEL = channel();

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

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
}
