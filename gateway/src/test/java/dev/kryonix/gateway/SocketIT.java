package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.gateway.SocketClient.Closed;
import dev.kryonix.gateway.echo.Note;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** WebSockets through the gateway, as an application meets them. */
class SocketIT {
  private static final String ROOM = "/v1/rooms/r1:converse";

  @Test
  void messagesPassBothWaysAsJson() throws Exception {
    SocketClient client = SocketClient.open(ROOM, SocketClient.JSON);

    assertThat(client.socket().getSubprotocol()).isEqualTo(SocketClient.JSON);
    assertThat(client.send("{\"bigNumber\":\"5\"}").text())
        .isEqualTo("{\"id\":\"r1\",\"bigNumber\":\"5\"}");
    assertThat(client.send("{\"tags\":[\"é\"]}").text())
        .isEqualTo("{\"id\":\"r1\",\"tags\":[\"é\"]}");

    assertThat(client.complete().closed()).isEqualTo(new Closed(1000, ""));
  }

  @Test
  void messagesPassBothWaysInTheWireFormat() throws Exception {
    SocketClient client = SocketClient.open(ROOM, SocketClient.PROTO);
    Note note = Note.newBuilder().setNumber(7).setData(ByteString.copyFromUtf8("x")).build();

    assertThat(client.socket().getSubprotocol()).isEqualTo(SocketClient.PROTO);
    assertThat(Note.parseFrom(client.send(note.toByteArray()).bytes()))
        .isEqualTo(note.toBuilder().setId("r1").build());
    assertThat(Note.parseFrom(client.send(new byte[0]).bytes()).getId()).isEqualTo("r1");

    assertThat(client.complete().closed().code()).isEqualTo(1000);
  }

  @Test
  void whoNamesNoSubprotocolSpeaksJsonAndAnRpcForAnyoneNeedsNoToken() throws Exception {
    SocketClient client = SocketClient.open(true, "/v1/chat", builder -> builder);

    assertThat(client.socket().getSubprotocol()).isEmpty();
    assertThat(client.send("{\"id\":\"a\"}").text()).isEqualTo("{\"id\":\"a\"}");
  }

  @Test
  void aMessageMayComeInPartsAndBeLarge() throws Exception {
    SocketClient client = SocketClient.open(ROOM, SocketClient.JSON);
    String half = "a".repeat(1_000_000);

    client.socket().sendText("{\"remark\":\"" + half, false).join();
    client.socket().sendText(half + "\"}", true).join();

    assertThat(client.text()).hasSize(2_000_000 + "{\"id\":\"r1\",\"remark\":\"\"}".length());
  }

  @Test
  void aCallThatFailsEndsWithItsStatusAndItsCode() throws Exception {
    SocketClient client = SocketClient.open("/v1/rooms/r2:converse", SocketClient.JSON);
    client.send("{}").text();

    String status = client.send("{\"textChoice\":\"fail\"}").text();

    assertThat(status)
        .startsWith("{\"code\":5,\"message\":\"No note 'r2'.\",\"details\":[")
        .contains("\"reason\":\"RESOURCE_NOT_FOUND\"");
    assertThat(client.closed()).isEqualTo(new Closed(4005, "RESOURCE_NOT_FOUND: No note 'r2'."));
  }

  @Test
  void theStatusIsTextInTheWireFormatToo() throws Exception {
    SocketClient client = SocketClient.open(ROOM, SocketClient.PROTO);

    client.send(Note.newBuilder().setTextChoice("fail").build().toByteArray());

    assertThat(client.text()).contains("\"reason\":\"RESOURCE_NOT_FOUND\"");
    assertThat(client.closed().code()).isEqualTo(4005);
  }

  @Test
  void aServiceThatIsAwayIsAnAnswerOfHttpWhenThatIsKnownAndAStatusOtherwise() throws Exception {
    try (SocketWire wire = new SocketWire("/v1/discussions")) {
      if (wire.isOpen()) {
        assertThat(wire.next(SocketWire.TEXT).text())
            .contains("\"reason\":\"UPSTREAM_UNAVAILABLE\"");
        assertThat(wire.end()).isEqualTo(4014);
      } else {
        assertThat(wire.head).contains(" 503 ").containsIgnoringCase("retry-after: ");
        assertThat(wire.body()).contains("\"reason\":\"UPSTREAM_UNAVAILABLE\"");
      }
    }
  }

  @Test
  void aMessageThatIsNoneEndsTheSocketAndIsNamed() throws Exception {
    assertThat(refusal("{\"nmuber\":1}")).contains("\"field\":\"nmuber\"");
    assertThat(refusal("{\"inner\":{\"depth\":\"x\"}}")).contains("\"field\":\"inner.depth\"");
    assertThat(refusal("{")).contains("not valid JSON");
    assertThat(refusal("{\"id\":\"r2\"}")).contains("\"field\":\"id\"");
    assertThat(refusal(" ")).contains("not valid JSON");
  }

  private static String refusal(String message) throws InterruptedException {
    SocketClient client = SocketClient.open(ROOM, SocketClient.JSON);
    String status = client.send(message).text();
    assertThat(status).startsWith("{\"code\":3,").contains("\"reason\":\"INVALID_FIELD\"");
    Closed closed = client.closed();
    assertThat(closed.code()).isEqualTo(4003);
    assertThat(closed.reason()).startsWith("INVALID_FIELD: ");
    return status;
  }

  @Test
  void framesOfTheOtherKindAreRefused() throws Exception {
    SocketClient json = SocketClient.open(ROOM, SocketClient.JSON).send(new byte[] {1});
    SocketClient proto = SocketClient.open(ROOM, SocketClient.PROTO).send("{}");

    assertThat(json.text()).contains("\"reason\":\"FRAME_INVALID\"");
    assertThat(json.closed().code()).isEqualTo(1003);
    assertThat(proto.text()).contains("\"reason\":\"FRAME_INVALID\"");
    assertThat(proto.closed().code()).isEqualTo(1003);
  }

  @Test
  void nothingMayFollowTheEmptyMessage() throws Exception {
    SocketClient client = SocketClient.open(ROOM, SocketClient.JSON);
    client.send("{\"textChoice\":\"flood\",\"number\":1000000,\"smallUnsigned\":100}");
    client.complete().send("{}");

    assertThat(client.closed().code()).isEqualTo(4003);
  }

  @Test
  void aMessageOverTheLimitIsRefused() throws Exception {
    SocketClient whole = SocketClient.open(ROOM, SocketClient.PROTO);
    SocketClient parts = SocketClient.open(ROOM, SocketClient.PROTO);
    byte[] half = new byte[9 * 1024 * 1024];

    whole.socket().sendBinary(ByteBuffer.allocate(17 * 1024 * 1024), true);
    parts.socket().sendBinary(ByteBuffer.wrap(half), false).join();
    parts.socket().sendBinary(ByteBuffer.wrap(half), false);

    assertThat(whole.text()).contains("\"reason\":\"MESSAGE_TOO_LARGE\"");
    assertThat(whole.closed().code()).isEqualTo(1009);
    assertThat(parts.text()).contains("\"reason\":\"MESSAGE_TOO_LARGE\"");
    assertThat(parts.closed().code()).isEqualTo(1009);
  }

  @Test
  void aClientThatLeavesCancelsItsCall() throws Exception {
    SocketClient closing = SocketClient.open(ROOM, SocketClient.JSON);
    closing.send("{}").text();
    int before = Gateway.UPSTREAM.cancelled.get();

    closing.socket().sendClose(1000, "").join();

    assertThat(closing.closed().code()).isEqualTo(1000);
    await().until(() -> Gateway.UPSTREAM.cancelled.get() > before);

    SocketClient vanishing = SocketClient.open(ROOM, SocketClient.JSON);
    vanishing.send("{}").text();
    int then = Gateway.UPSTREAM.cancelled.get();
    vanishing.socket().abort();
    await().until(() -> Gateway.UPSTREAM.cancelled.get() > then);
  }

  @Test
  void aSocketEndsWithItsToken() throws Exception {
    SocketClient.open(ROOM, SocketClient.JSON).complete().closed();
    Instant began = Instant.now();
    String token = Tokens.signed(Tokens.claims().expirationTime(Date.from(began.plusSeconds(6))));
    SocketClient client =
        SocketClient.open(
            true, ROOM, b -> b.header("authorization", "Bearer " + token), SocketClient.JSON);

    assertThat(client.text()).contains("\"reason\":\"TOKEN_EXPIRED\"");
    assertThat(Instant.now()).isAfter(began.plusSeconds(4));
    assertThat(client.closed().code()).isEqualTo(4016);
  }

  @Test
  void aSocketEndsWhenItsTenantIsSuspended() throws Exception {
    String tenant = "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    String token = Tokens.signed(Tokens.claims().claim("tenant", tenant));
    SocketClient client =
        SocketClient.open(
            true, ROOM, b -> b.header("authorization", "Bearer " + token), SocketClient.JSON);
    client.send("{}").text();

    EchoTenants.ALL.suspend(tenant);

    assertThat(client.text()).contains("\"reason\":\"TENANT_SUSPENDED\"");
    assertThat(client.closed().code()).isEqualTo(4007);
  }

  @Test
  void theRouteGoesOnServingPlainRequests() throws InvalidProtocolBufferException {
    assertThat(Gateway.get("/v1/chat?id=a").body()).isEqualTo("[{\"id\":\"a\"}]");
  }
}
