package dev.kryonix.bench.gateway;

import dev.kryonix.bench.load.Subject;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** One connection to a subject, whose calls carry the token. */
final class Caller implements AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel connection;
  private final Channel channel;

  Caller(Subject subject, String token) {
    connection =
        NettyChannelBuilder.forAddress("127.0.0.1", subject.port())
            .usePlaintext()
            // Nothing here blocks, and a change of threads would be counted as latency.
            .directExecutor()
            .build();
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    channel =
        ClientInterceptors.intercept(
            connection, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    connection.shutdownNow();
    try {
      connection.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
