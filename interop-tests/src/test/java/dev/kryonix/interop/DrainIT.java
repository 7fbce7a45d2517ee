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
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway is told to stop (SIGTERM) while a call runs. */
@Timeout(240)
final class DrainIT {
  private static final Payload PAYLOAD =
      Payload.newBuilder().setBody(ByteString.copyFromUtf8("twelve bytes")).build();

  @Test
  void theCallEndsAsItWouldHaveNewOnesFindNobodyAndThenTheProcessEnds() throws Exception {
    StreamService service = new StreamService(PAYLOAD, 0);
    service.mayTake.complete(null);
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start();
    try (GatewayProcess gateway = GatewayProcess.start(server.getPort(), List.of(), Map.of())) {
      gateway.awaitService();
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(
                  "127.0.0.1", gateway.grpcPort(), InsecureChannelCredentials.create())
              .build();
      CompletableFuture<ClientCallStreamObserver<StreamingInputCallRequest>> started =
          new CompletableFuture<>();
      Taker<StreamingInputCallRequest, StreamingInputCallResponse> answer =
          new Taker<>(StreamingInputCallResponse::getAggregatedPayloadSize, started::complete);
      TestServiceGrpc.newStub(channel).streamingInputCall(answer);
      var call = started.get(30, TimeUnit.SECONDS);
      call.onNext(StreamingInputCallRequest.newBuilder().setPayload(PAYLOAD).build());
      await().until(() -> service.taken.get() > 0);

      gateway.terminate();
      await().until(() -> isClosed(gateway.grpcPort()));
      assertThat(isClosed(gateway.httpPort())).isTrue();
      assertThat(gateway.isAlive()).isTrue();
      call.onNext(StreamingInputCallRequest.newBuilder().setPayload(PAYLOAD).build());
      call.onCompleted();

      assertThat(answer.takeAll()).isEqualTo(2L * PAYLOAD.getBody().size());
      assertThat(gateway.awaitEnd(Duration.ofSeconds(30))).isTrue();
      assertThat(gateway.log()).doesNotContain("Exception");
      channel.shutdownNow();
    } finally {
      server.shutdownNow();
    }
  }

  private static boolean isClosed(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isClosed();
    } catch (IOException e) {
      return true;
    }
  }
}
