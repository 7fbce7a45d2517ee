package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a connection lives whose client stalls, or that is old, while others are served. */
class ConnectionLifeIT {
  private static GatewayProcess impatient;
  private static GatewayProcess ageing;
  private static ManagedChannel bystander;

  @BeforeAll
  static void start() {
    impatient = GatewayProcess.start(Map.of("kryonix.gateway.edge.header-timeout", "1s"));
    ageing = GatewayProcess.start(Map.of("kryonix.gateway.edge.max-age", "2s"));
    bystander =
        NettyChannelBuilder.forAddress("127.0.0.1", ageing.grpcPort()).usePlaintext().build();
  }

  @AfterAll
  static void stop() {
    bystander.shutdownNow();
  }

  @AfterEach
  void anotherClientIsServed() {
    Note note = Note.newBuilder().setId("a").build();
    assertThat(EchoServiceGrpc.newBlockingStub(bystander).open(note)).isEqualTo(note);
    // A client that this machine holds up for a second is not served there.
    await()
        .ignoreException(IOException.class)
        .untilAsserted(
            () -> {
              try (Wire wire = new Wire(impatient.httpPort())) {
                wire.send("GET /v1/open/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
                assertThat(wire.rest()).startsWith("HTTP/1.1 200");
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void headersThatAreNotFinishedEndTheConnection(Http2Target target) {
    // A client that this machine holds up for a second has not begun any.
    await()
        .ignoreException(IOException.class)
        .untilAsserted(
            () -> {
              try (Wire wire = Wire.http2(target.port(impatient))) {
                wire.frame(Wire.HEADERS, 0, 1, target.headers());

                assertThat(wire.lastWords()).isEqualTo(Wire.ENHANCE_YOUR_CALM);
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatSaysNothingIsClosed(Http2Target target) throws IOException {
    try (Wire wire = new Wire(target.port(impatient))) {
      wire.rest();
    }
    try (Wire wire = new Wire(target.port(impatient)).send("PRI * HT")) {
      wire.rest();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anOldConnectionIsToldToGo(Http2Target target) throws IOException {
    try (Wire wire = Wire.http2(target.port(ageing))) {
      Wire.Frame goAway = wire.next(Wire.GO_AWAY);

      assertThat(goAway.error()).isZero();
    }
  }

  @Test
  void theAnswerOnAnOldConnectionIsItsLast() throws IOException {
    try (Wire wire = new Wire(ageing.httpPort())) {
      await()
          .until(
              () ->
                  wire.send("GET /v1/open/a HTTP/1.1\r\nhost: x\r\n\r\n")
                      .until("{\"id\":\"a\"}")
                      .contains("connection: close"));

      assertThat(wire.rest()).isEmpty();
    }
  }
}
