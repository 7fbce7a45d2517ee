package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP/2 clients that flood, on both ports, while another client is served. */
class FloodIT {
  private static final int MANY = 20_000;

  private static GatewayProcess gateway;
  private static ManagedChannel bystander;

  @BeforeAll
  static void start() {
    gateway =
        GatewayProcess.start(
            Map.of(
                "kryonix.gateway.calls-per-connection", "50",
                "kryonix.gateway.edge.body-memory", "500000"));
    bystander =
        NettyChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
  }

  @AfterEach
  void anotherClientIsServed() throws IOException {
    Note note = Note.newBuilder().setId("a").build();
    assertThat(EchoServiceGrpc.newBlockingStub(bystander).open(note)).isEqualTo(note);
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send("GET /v1/open/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
      assertThat(wire.rest()).startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @EnumSource
  void rapidResetsEndTheConnection(Http2Target target) throws IOException {
    ended(
        target,
        i -> {
          int stream = 2 * i + 1;
          return join(
              Wire.frameBytes(Wire.HEADERS, Wire.END_HEADERS, stream, target.headers()),
              Wire.frameBytes(Wire.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
        });
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfSettingsEndsTheConnection(Http2Target target) throws IOException {
    ended(target, i -> Wire.frameBytes(Wire.SETTINGS, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfPingsEndsTheConnection(Http2Target target) throws IOException {
    ended(target, i -> Wire.frameBytes(Wire.PING, 0, 0, new byte[8]));
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfPrioritiesEndsTheConnection(Http2Target target) throws IOException {
    ended(target, i -> Wire.frameBytes(Wire.PRIORITY, 0, 2 * i + 1, new byte[5]));
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfUnknownFramesEndsTheConnection(Http2Target target) throws IOException {
    ended(target, i -> Wire.frameBytes(0x42, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfEmptyDataEndsTheConnection(Http2Target target) throws IOException {
    ended(
        target,
        i ->
            i == 0
                ? Wire.frameBytes(Wire.HEADERS, Wire.END_HEADERS, 1, target.headers())
                : Wire.frameBytes(Wire.DATA, 0, 1));
  }

  @ParameterizedTest
  @EnumSource
  void aFloodOfContinuationsEndsTheConnection(Http2Target target) throws IOException {
    ended(
        target,
        i ->
            i == 0
                ? Wire.frameBytes(Wire.HEADERS, 0, 1, target.headers())
                : Wire.frameBytes(Wire.CONTINUATION, 0, 1, Wire.block("x", "y")));
  }

  @ParameterizedTest
  @EnumSource
  void headersOverTheLimitAreRefusedWithoutACall(Http2Target target) throws IOException {
    try (Wire wire = Wire.http2(target.port(gateway))) {
      byte[] large = join(target.headers(), Wire.block("x-large", "a".repeat(15_000)));
      byte[] more = Wire.block("x-larger", "b".repeat(5_000));
      wire.send(
          join(
              Wire.frameBytes(Wire.HEADERS, Wire.END_STREAM, 1, large),
              Wire.frameBytes(Wire.CONTINUATION, Wire.END_HEADERS, 1, more)));

      Wire.Frame answer = wire.next();
      while (answer != null
          && answer.type() != Wire.HEADERS
          && answer.type() != Wire.RST_STREAM
          && answer.type() != Wire.GO_AWAY) {
        answer = wire.next();
      }
      assertThat(answer).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void streamsOverTheLimitAreRefusedAndTheOthersGoOn(Http2Target target) throws IOException {
    try (Wire wire = Wire.http2(target.port(gateway))) {
      for (int i = 0; i < 60; i++) {
        wire.frame(Wire.HEADERS, Wire.END_HEADERS, 2 * i + 1, target.headers());
      }
      Wire.Frame reset = wire.next(Wire.RST_STREAM);

      assertThat(reset.stream()).isEqualTo(101);
      assertThat(reset.error()).as("REFUSED_STREAM").isEqualTo(7);
    }
  }

  @Test
  void messagesThatAreNeverCompleteAreRefusedBeyondTheBudgetOfAll() throws IOException {
    byte[] begun = new byte[16_000];
    begun[1] = 1;
    try (Wire wire = Wire.http2(gateway.grpcPort())) {
      wire.frame(Wire.HEADERS, Wire.END_HEADERS, 1, Http2Target.GRPC.headers());
      wire.frame(Wire.DATA, 0, 1, begun);
      for (int i = 0; i < 64; i++) {
        wire.frame(Wire.DATA, 0, 1, new byte[16_000]);
      }
      assertThat(wire.next(Wire.RST_STREAM).stream()).isEqualTo(1);
    }
  }

  private static void ended(Http2Target target, IntFunction<byte[]> frames) throws IOException {
    try (Wire wire = Wire.http2(target.port(gateway))) {
      if (!wire.flood(MANY, frames)) {
        // Without a word when the connection was reset before it could be read.
        assertThat(wire.lastWords()).isNotZero();
      }
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
