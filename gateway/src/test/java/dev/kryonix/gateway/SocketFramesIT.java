package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.gateway.SocketWire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

/** WebSockets through the gateway, frame by frame, as careless clients and attackers write them. */
class SocketFramesIT {
  private static final String PATH = "/v1/chat";
  private static final String JSON = "sec-websocket-protocol: kryonix.v1.json";
  private static final String DEFLATE = "sec-websocket-extensions: permessage-deflate";

  @Test
  void aFrameWithoutMaskEndsTheSocket() throws IOException {
    try (SocketWire wire = new SocketWire(PATH)) {
      wire.write(SocketWire.start(SocketWire.FIN | SocketWire.TEXT, 2, 0))
          .write(new byte[] {'{', '}'});

      assertThat(wire.next(SocketWire.TEXT).text()).contains("\"reason\":\"FRAME_INVALID\"");
      assertThat(wire.end()).isEqualTo(1002);
    }
  }

  @Test
  void framesThatBreakTheProtocolEndTheSocket() throws IOException {
    assertThat(ends(SocketWire.FIN | 3, "")).isEqualTo(1002);
    assertThat(ends(SocketWire.FIN | 11, "")).isEqualTo(1002);
    assertThat(ends(SocketWire.FIN | SocketWire.CONTINUATION, "x")).isEqualTo(1002);
    assertThat(ends(SocketWire.PING, "x")).isEqualTo(1002);
    assertThat(ends(SocketWire.FIN | SocketWire.PING, "x".repeat(126))).isEqualTo(1002);
    assertThat(ends(SocketWire.FIN | SocketWire.RSV1 | SocketWire.TEXT, "{}")).isEqualTo(1002);
    assertThat(ends(SocketWire.FIN | SocketWire.CLOSE, "x")).isEqualTo(1002);
    assertThat(ends(SocketWire.FIN | SocketWire.CLOSE, "\u0003\u00ed")).isEqualTo(1002);
  }

  private static int ends(int head, String payload) throws IOException {
    try (SocketWire wire = new SocketWire(PATH)) {
      wire.frame(head, payload.getBytes(StandardCharsets.ISO_8859_1));
      return wire.end();
    }
  }

  @Test
  void textThatIsNotUnicodeEndsTheSocketInWhicheverPart() throws IOException {
    byte[] half = {(byte) 0xc3};
    try (SocketWire whole = new SocketWire(PATH);
        SocketWire parts = new SocketWire(PATH)) {
      whole.frame(SocketWire.FIN | SocketWire.TEXT, half);
      parts.frame(SocketWire.TEXT, half).frame(SocketWire.FIN | SocketWire.CONTINUATION, half);

      assertThat(whole.end()).isEqualTo(1007);
      assertThat(parts.end()).isEqualTo(1007);
    }
  }

  @Test
  void aFrameThatIsAnnouncedTooLongIsRefusedBeforeItComes() throws IOException {
    try (SocketWire wire = new SocketWire(PATH)) {
      wire.write(SocketWire.start(SocketWire.FIN | SocketWire.TEXT, 1L << 40, 0x80));

      assertThat(wire.next(SocketWire.TEXT).text()).contains("\"reason\":\"MESSAGE_TOO_LARGE\"");
      assertThat(wire.end()).isEqualTo(1009);
    }
  }

  @Test
  void aPingIsAnsweredAlsoBetweenTheFramesOfAMessage() throws IOException {
    try (SocketWire wire = new SocketWire(PATH, JSON)) {
      assertThat(wire.head).containsIgnoringCase(JSON);
      wire.frame(SocketWire.TEXT, "{\"id\":".getBytes(StandardCharsets.UTF_8))
          .frame(SocketWire.FIN | SocketWire.PING, new byte[] {7})
          .frame(
              SocketWire.FIN | SocketWire.CONTINUATION, "\"a\"}".getBytes(StandardCharsets.UTF_8));

      assertThat(wire.next(SocketWire.PONG).payload()).containsExactly(7);
      assertThat(wire.next(SocketWire.TEXT).text()).isEqualTo("{\"id\":\"a\"}");
      wire.text("{\"id\":\"b\"}");
      assertThat(wire.next(SocketWire.TEXT).text()).isEqualTo("{\"id\":\"b\"}");
    }
  }

  @Test
  void whoSendsNothingButPingsIsCutOff() throws IOException {
    try (SocketWire wire = new SocketWire(PATH)) {
      byte[] ping = SocketWire.masked(SocketWire.FIN | SocketWire.PING, new byte[0]);
      ByteArrayOutputStream many = new ByteArrayOutputStream();
      for (int i = 0; i < 300; i++) {
        many.writeBytes(ping);
      }
      wire.write(many.toByteArray());

      assertThat(wire.end()).isEqualTo(1008);
    }
  }

  @Test
  void whoNeverEndsAMessageOfNothingIsCutOff() throws IOException {
    try (SocketWire wire = new SocketWire(PATH)) {
      wire.frame(SocketWire.TEXT, new byte[0]);
      byte[] nothing = SocketWire.masked(SocketWire.CONTINUATION, new byte[0]);
      ByteArrayOutputStream many = new ByteArrayOutputStream();
      for (int i = 0; i < 300; i++) {
        many.writeBytes(nothing);
      }
      wire.write(many.toByteArray());

      assertThat(wire.end()).isEqualTo(1008);
    }
  }

  @Test
  void aClosingHandshakeIsAnsweredWithItsCode() throws IOException {
    try (SocketWire wire = new SocketWire(PATH)) {
      wire.frame(SocketWire.FIN | SocketWire.CLOSE, new byte[] {0x0f, (byte) 0xa1});

      assertThat(wire.end()).isEqualTo(4001);
    }
  }

  @Test
  void aClientThatVanishesCancelsItsCall() throws IOException {
    int before;
    try (SocketWire wire = new SocketWire(PATH)) {
      wire.text("{}").next(SocketWire.TEXT);
      before = Gateway.UPSTREAM.cancelled.get();
      wire.vanish();
    }
    await().until(() -> Gateway.UPSTREAM.cancelled.get() > before);
  }

  @Test
  void longMessagesAreCompressedForAClientThatOffersIt() throws Exception {
    try (SocketWire wire = new SocketWire(PATH, DEFLATE + "; client_max_window_bits")) {
      assertThat(wire.head)
          .contains(
              "permessage-deflate", "server_no_context_takeover", "client_no_context_takeover");
      String text = "{\"remark\":\"" + "a".repeat(100_000) + "\"}";

      wire.frame(SocketWire.FIN | SocketWire.RSV1 | SocketWire.TEXT, deflated(text));
      Frame answer = wire.next(SocketWire.TEXT);
      assertThat(answer.compressed()).isTrue();
      assertThat(answer.payload().length).isLessThan(1_000);
      assertThat(inflated(answer.payload())).isEqualTo(text);

      wire.text("{\"id\":\"a\"}");
      Frame small = wire.next(SocketWire.TEXT);
      assertThat(small.compressed()).isFalse();
      assertThat(small.text()).isEqualTo("{\"id\":\"a\"}");
    }
  }

  @Test
  void anOfferOfCompressionThatMakesNoSenseIsDeclined() throws IOException {
    for (String offer :
        new String[] {
          "; server_max_window_bits=x",
          "; client_max_window_bits=99",
          "; unknown",
          ";;=",
          "; =,,;",
          "; server_max_window_bits=\"12"
        }) {
      try (SocketWire wire = new SocketWire(PATH, DEFLATE + offer)) {
        assertThat(wire.isOpen()).as(offer).isTrue();
        assertThat(wire.text("{\"id\":\"a\"}").next(SocketWire.TEXT).text())
            .isEqualTo("{\"id\":\"a\"}");
      }
    }
    try (SocketWire wire =
        new SocketWire(PATH, DEFLATE + "; server_max_window_bits=x, permessage-deflate")) {
      assertThat(wire.head).contains("permessage-deflate");
    }
  }

  @Test
  void whatInflatesOverTheLimitIsRefused() throws Exception {
    try (SocketWire wire = new SocketWire(PATH, DEFLATE)) {
      byte[] bomb = deflated("a".repeat(64 * 1024 * 1024));
      assertThat(bomb.length).isLessThan(100_000);

      wire.frame(SocketWire.FIN | SocketWire.RSV1 | SocketWire.TEXT, bomb);

      assertThat(wire.end()).isEqualTo(1009);
    }
  }

  @Test
  void whatIsNoCompressedDataIsRefused() throws IOException {
    try (SocketWire wire = new SocketWire(PATH, DEFLATE)) {
      byte[] garbage = new byte[100];
      Arrays.fill(garbage, (byte) 0xff);
      wire.frame(SocketWire.FIN | SocketWire.RSV1 | SocketWire.TEXT, garbage);

      assertThat(wire.end()).isEqualTo(1007);
    }
  }

  @Test
  void aRequestThatIsNoHandshakeIsAnsweredAsOne() throws IOException {
    assertThat(refused("GET /v1/chat HTTP/1.1", "sec-websocket-version: 8\r\n"))
        .contains("must be 13");
    assertThat(refused("GET /v1/chat HTTP/1.1", "sec-websocket-version: 13\r\n"))
        .contains("16 bytes");
    assertThat(refused("GET /v1/chat?id=a HTTP/1.1", KEY)).contains("no query parameters");
    assertThat(refused("GET /v1/chat HTTP/1.1", KEY + "content-length: 2\r\n"))
        .contains("has a body");
    assertThat(refused("GET /v1/count/3 HTTP/1.1", KEY)).contains("does not stream both ways");
    assertThat(refused("GET /v1/collect HTTP/1.1", KEY)).contains("streams both ways");
    assertThat(refused("GET /v1/chat HTTP/1.0", KEY)).contains("HTTP/1.1");
    assertThat(refused("GET /v1/chat HTTP/1.1", KEY + "sec-websocket-protocol: graphql-ws\r\n"))
        .contains("kryonix.v1.json, kryonix.v1.proto");
  }

  private static final String KEY =
      "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  private static String refused(String line, String headers) throws IOException {
    try (SocketWire wire =
        new SocketWire(
            Gateway.HTTP_PORT, line, "connection: upgrade\r\nupgrade: websocket\r\n" + headers)) {
      assertThat(wire.head).contains(" 400 ").containsIgnoringCase("sec-websocket-version: 13");
      String body = wire.body();
      assertThat(body).contains("\"reason\":\"UPGRADE_INVALID\"");
      return body;
    }
  }

  @Test
  void overHttp2ThereIsNoUpgrade() throws IOException {
    byte[] block =
        Wire.block(
            ":method",
            "GET",
            ":scheme",
            "http",
            ":authority",
            "x",
            ":path",
            "/v1/chat",
            "upgrade",
            "websocket",
            "connection",
            "upgrade",
            "sec-websocket-version",
            "13",
            "sec-websocket-key",
            "dGhlIHNhbXBsZSBub25jZQ==");
    try (Wire wire = Wire.http2(Gateway.HTTP_PORT)) {
      wire.frame(Wire.HEADERS, Wire.END_STREAM | Wire.END_HEADERS, 1, block);

      assertThat(wire.next(Wire.RST_STREAM).error()).as("PROTOCOL_ERROR").isEqualTo(1);
    }
  }

  @Test
  void pathsThatLeadNowhereAreNotFound() throws IOException {
    try (SocketWire wire = new SocketWire("/v1/nowhere")) {
      assertThat(wire.head).contains(" 404 ");
      assertThat(wire.body()).contains("\"reason\":\"ROUTE_NOT_FOUND\"");
    }
  }

  private static byte[] deflated(String text) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
    byte[] out = new byte[1 << 20];
    int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    // The tail that every message would end with is left out (RFC 7692, section 7.2.1).
    return Arrays.copyOf(out, length - 4);
  }

  private static String inflated(byte[] bytes) throws Exception {
    Inflater inflater = new Inflater(true);
    byte[] whole = Arrays.copyOf(bytes, bytes.length + 4);
    whole[bytes.length + 2] = (byte) 0xff;
    whole[bytes.length + 3] = (byte) 0xff;
    inflater.setInput(whole);
    byte[] out = new byte[1 << 20];
    int length = inflater.inflate(out);
    inflater.end();
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }
}
