package dev.kryonix.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Streams of 1 GiB through a gateway that has 64 MiB of heap and 64 MiB of memory outside of it.
 * One side takes nothing for a while: then the other must come to a halt after what the connections
 * hold, and nobody may lose a byte.
 */
@Timeout(600)
final class LargeStreamIT {
  private static final long TOTAL = 1024L * 1024 * 1024;

  /** The windows of both connections, the buffers of the sockets, and what is between them. */
  private static final long HELD = 16L * 1024 * 1024;

  private static final Payload PAYLOAD =
      Payload.newBuilder().setBody(ByteString.copyFrom(new byte[Feed.MESSAGE_BYTES])).build();

  private static Server server;
  private static GatewayProcess gateway;
  private static StreamService service;
  private ManagedChannel channel;

  @BeforeAll
  static void start() throws IOException {
    service = new StreamService(PAYLOAD, TOTAL);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start();
    gateway =
        GatewayProcess.start(
            server.getPort(),
            List.of(
                "-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-Dio.netty.leakDetectionLevel=paranoid"),
            Map.of());
    gateway.awaitService();
  }

  @AfterAll
  static void stop() {
    String log = gateway.log();
    gateway.close();
    server.shutdownNow();
    assertThat(log).doesNotContain("OutOfMemory").doesNotContain("LEAK");
  }

  @BeforeEach
  void connect() {
    channel =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", gateway.grpcPort(), InsecureChannelCredentials.create())
            .build();
  }

  @AfterEach
  void disconnect() {
    channel.shutdownNow();
    assertThat(gateway.isAlive()).isTrue();
  }

  @Test
  void aServerStreamWaitsForAClientThatReadsNothing() throws Exception {
    Taker<StreamingOutputCallRequest, StreamingOutputCallResponse> taker =
        new Taker<>(LargeStreamIT::size, call -> {});
    TestServiceGrpc.newStub(channel)
        .streamingOutputCall(StreamingOutputCallRequest.getDefaultInstance(), taker);

    assertThat(awaitHalt(service.sent)).isLessThan(HELD);

    assertThat(taker.takeAll()).isEqualTo(TOTAL);
    assertThat(service.sent.get()).isEqualTo(TOTAL);
  }

  @Test
  void aClientStreamWaitsForAServiceThatReadsNothing() throws Exception {
    AtomicLong sent = new AtomicLong();
    var message = StreamingInputCallRequest.newBuilder().setPayload(PAYLOAD).build();
    Taker<StreamingInputCallRequest, StreamingInputCallResponse> taker =
        new Taker<>(
            StreamingInputCallResponse::getAggregatedPayloadSize,
            call -> Feed.start(call, message, TOTAL, sent));
    TestServiceGrpc.newStub(channel).streamingInputCall(taker);

    assertThat(awaitHalt(sent)).isLessThan(HELD);

    service.mayTake.complete(null);
    assertThat(taker.takeAll()).isEqualTo(TOTAL);
    assertThat(sent.get()).isEqualTo(TOTAL);
  }

  @Test
  void aStreamBothWaysWaitsForAClientThatOnlySends() throws Exception {
    AtomicLong sent = new AtomicLong();
    var message = StreamingOutputCallRequest.newBuilder().setPayload(PAYLOAD).build();
    Taker<StreamingOutputCallRequest, StreamingOutputCallResponse> taker =
        new Taker<>(LargeStreamIT::size, call -> Feed.start(call, message, TOTAL / 4, sent));
    TestServiceGrpc.newStub(channel).fullDuplexCall(taker);

    // The service gives back what it gets: both directions fill.
    assertThat(awaitHalt(sent)).isLessThan(2 * HELD);

    assertThat(taker.takeAll()).isEqualTo(TOTAL / 4);
    assertThat(service.echoed.get()).isEqualTo(TOTAL / 4);
  }

  private static int size(StreamingOutputCallResponse message) {
    return message.getPayload().getBody().size();
  }

  /** What has been sent when nothing more is for a while. */
  private static long awaitHalt(AtomicLong sent) {
    AtomicLong last = new AtomicLong();
    await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(700))
        .until(
            () -> {
              long now = sent.get();
              return now > 0 && now == last.getAndSet(now);
            });
    return sent.get();
  }
}
