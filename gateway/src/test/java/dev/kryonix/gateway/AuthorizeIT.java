package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may pass the door, by gRPC and by REST alike. */
class AuthorizeIT {
  static Stream<Arguments> refused() {
    Date past = Date.from(Instant.now().minusSeconds(120));
    Date future = Date.from(Instant.now().plusSeconds(120));
    return Stream.of(
        row("no token", "", Code.UNAUTHENTICATED, "TOKEN_MISSING"),
        row("another scheme", "Basic dTpw", Code.UNAUTHENTICATED, "TOKEN_INVALID"),
        row("garbage", "Bearer a.b.c", Code.UNAUTHENTICATED, "TOKEN_INVALID"),
        token("expired", Tokens.signed(Tokens.claims().expirationTime(past)), "TOKEN_EXPIRED"),
        token("no expiry", Tokens.signed(Tokens.claims().expirationTime(null)), "TOKEN_INVALID"),
        token(
            "not yet valid", Tokens.signed(Tokens.claims().notBeforeTime(future)), "TOKEN_INVALID"),
        token("other issuer", Tokens.signed(Tokens.claims().issuer("evil")), "TOKEN_INVALID"),
        token("other audience", Tokens.signed(Tokens.claims().audience("other")), "TOKEN_INVALID"),
        token("bad signature", Tokens.byAnotherKey(), "TOKEN_INVALID"),
        token("alg none", Tokens.unsigned(), "TOKEN_INVALID"),
        token("HMAC under the public key", Tokens.confused(), "TOKEN_INVALID"),
        token("injected key id", Tokens.ofUnknownKey(), "TOKEN_INVALID"),
        token("key of its own", Tokens.withOwnKey(), "TOKEN_INVALID"),
        row(
            "missing scope",
            "Bearer " + Tokens.signed(Tokens.claims().claim("scope", "other.call")),
            Code.PERMISSION_DENIED,
            "SCOPE_MISSING"),
        row(
            "no tenant",
            "Bearer " + Tokens.signed(Tokens.claims().claim("tenant", null)),
            Code.PERMISSION_DENIED,
            "TENANT_MISMATCH"),
        row(
            "suspended tenant",
            "Bearer " + Tokens.signed(Tokens.claims().claim("tenant", "suspended")),
            Code.PERMISSION_DENIED,
            "TENANT_SUSPENDED"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedByGrpc(String name, String authorization, Code code, String reason) {
    StatusRuntimeException e =
        ForwardIT.refusal(() -> stub(authorization).echo(Note.getDefaultInstance()));

    assertThat(e.getStatus().getCode()).isEqualTo(code);
    assertThat(ForwardIT.reason(e)).isEqualTo(reason);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedByRest(String name, String authorization, Code code, String reason) {
    HttpRequest.Builder request = Gateway.request("/v1/echo/a").GET();
    if (!authorization.isEmpty()) {
      request.header("authorization", authorization);
    }

    HttpResponse<String> answer = Gateway.send(request);

    assertThat(answer.statusCode()).isEqualTo(code == Code.UNAUTHENTICATED ? 401 : 403);
    assertThat(answer.body()).contains("\"reason\":\"" + reason + "\"");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedByWebSocket(String name, String authorization, Code code, String reason)
      throws IOException {
    String[] headers =
        authorization.isEmpty() ? new String[0] : new String[] {"authorization: " + authorization};
    try (SocketWire wire = new SocketWire("/v1/rooms/r1:converse", headers)) {
      assertThat(wire.head)
          .startsWith("HTTP/1.1 " + (code == Code.UNAUTHENTICATED ? 401 : 403))
          .containsIgnoringCase("content-type: application/json");
      assertThat(wire.body()).contains("\"reason\":\"" + reason + "\"");
    }
  }

  @Test
  void aGoodTokenPassesFreshAndRemembered() {
    String token = "Bearer " + Tokens.good();
    Note note = Note.newBuilder().setId("a").build();

    assertThat(stub(token).echo(note)).isEqualTo(note);
    assertThat(stub(token).echo(note)).isEqualTo(note);
    assertThat(
            Gateway.send(Gateway.request("/v1/echo/a").header("authorization", token).GET()).body())
        .isEqualTo("{\"id\":\"a\"}");
  }

  @Test
  void aTenantThatTheGatewayHasNotHeardOfIsForTheServiceToDecide() {
    String token = "Bearer " + Tokens.signed(Tokens.claims().claim("tenant", "not_heard_of"));

    assertThat(stub(token).echo(Note.getDefaultInstance())).isEqualTo(Note.getDefaultInstance());
  }

  @Test
  void aTenantCannotActAsAnotherNorManage() {
    Metadata headers = authorization("Bearer " + Tokens.good());
    headers.put(Metadata.Key.of("x-kryonix-tenant", Metadata.ASCII_STRING_MARSHALLER), "other");

    StatusRuntimeException other =
        ForwardIT.refusal(() -> stub(headers).echo(Note.getDefaultInstance()));
    StatusRuntimeException manage =
        ForwardIT.refusal(() -> stub("Bearer " + Tokens.good()).manage(Note.getDefaultInstance()));

    assertThat(ForwardIT.reason(other)).isEqualTo("SCOPE_MISSING");
    assertThat(ForwardIT.reason(manage)).isEqualTo("SCOPE_MISSING");
  }

  @Test
  void aTenantThatIsNamedTwiceIsRefusedEvenWhenItIsTheSame() {
    Metadata headers = authorization("Bearer " + Tokens.good());
    Metadata.Key<String> actAs =
        Metadata.Key.of("x-kryonix-tenant", Metadata.ASCII_STRING_MARSHALLER);
    headers.put(actAs, "acme");
    headers.put(actAs, "acme");

    StatusRuntimeException e =
        ForwardIT.refusal(() -> stub(headers).echo(Note.getDefaultInstance()));
    HttpResponse<String> rest =
        Gateway.send(
            Gateway.request("/v1/echo/a")
                .header("authorization", "Bearer " + Tokens.good())
                .header("x-kryonix-tenant", "acme")
                .header("x-kryonix-tenant", "acme")
                .GET());

    assertThat(e.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(e).hasMessageContaining("x-kryonix-tenant");
    assertThat(rest.statusCode()).isEqualTo(400);
    assertThat(rest.body()).contains("\"field\":\"x-kryonix-tenant\"");
  }

  @Test
  void aStreamEndsWithItsToken() {
    Instant began = Instant.now();
    Date soon = Date.from(began.plusSeconds(6));
    String token = "Bearer " + Tokens.signed(Tokens.claims().expirationTime(soon));
    var notes = stub(token).watch(Note.getDefaultInstance());

    StatusRuntimeException e = ForwardIT.refusal(() -> notes.forEachRemaining(note -> {}));

    assertThat(Instant.now()).isAfter(began.plusSeconds(4));
    assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(ForwardIT.reason(e)).isEqualTo("TOKEN_EXPIRED");
  }

  @Test
  void aStreamOverServerSentEventsEndsWithItsTokenToo() {
    Instant began = Instant.now();
    Date soon = Date.from(began.plusSeconds(6));
    String token = "Bearer " + Tokens.signed(Tokens.claims().expirationTime(soon));

    assertThat(events(token).join().body()).contains("TOKEN_EXPIRED");
    assertThat(Instant.now()).isAfter(began.plusSeconds(4));
  }

  @Test
  void theStreamsOfATenantEndWhenItIsSuspendedAndNoOthers() throws Exception {
    try (Context.CancellableContext until = Context.current().withCancellation()) {
      // Nothing else ends the stream that goes on, and the gateway would wait for it.
      until.call(
          () -> {
            theStreamsOfATenantEnd();
            return null;
          });
    }
  }

  private static void theStreamsOfATenantEnd() {
    String tenant = "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    String token = "Bearer " + Tokens.signed(Tokens.claims().claim("tenant", tenant));
    var notes = stub(token).watch(Note.getDefaultInstance());
    var others = stub("Bearer " + Tokens.good()).watch(Note.getDefaultInstance());
    CompletableFuture<HttpResponse<String>> events = events(token);
    assertThat(notes.next()).isNotNull();
    assertThat(others.next()).isNotNull();

    EchoTenants.ALL.suspend(tenant);

    StatusRuntimeException e = ForwardIT.refusal(notes::hasNext);
    assertThat(e.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    assertThat(ForwardIT.reason(e)).isEqualTo("TENANT_SUSPENDED");
    // Refused at the door or ended: the suspension may have been first.
    assertThat(events.join().body()).contains("TENANT_SUSPENDED");
    EchoTenants.ALL.suspend("nobody_else");
    assertThat(CompletableFuture.supplyAsync(others::hasNext))
        .as("goes on")
        .failsWithin(Duration.ofMillis(300))
        .withThrowableOfType(TimeoutException.class);
  }

  @Test
  void oneTokenInOneHeaderIsReadAndNothingElse() {
    String good = Tokens.good();
    assertThat(rest("authorization", "bearer " + good)).isEqualTo(200);
    assertThat(rest("authorization", "BEARER  " + good)).isEqualTo(200);
    assertThat(rest("authorization", "Bearer " + good + ", Bearer " + good)).isEqualTo(401);
    assertThat(rest("authorization", "Bearer " + good + " " + good)).isEqualTo(401);
    assertThat(rest("authorization", "Bearer" + good)).isEqualTo(401);
    assertThat(rest("authorization", good)).isEqualTo(401);
    assertThat(rest("cookie", "authorization=Bearer " + good)).isEqualTo(401);
    assertThat(rest("x-authorization", "Bearer " + good)).isEqualTo(401);
    assertThat(rest("proxy-authorization", "Bearer " + good)).isEqualTo(401);
    assertThat(Gateway.get("/v1/echo/a?access_token=" + good).statusCode()).isEqualTo(401);
    HttpRequest.Builder twice =
        Gateway.request("/v1/echo/a")
            .header("authorization", "Bearer " + good)
            .header("authorization", "Bearer " + good);
    assertThat(Gateway.send(twice.GET()).statusCode()).isEqualTo(401);
  }

  private static int rest(String header, String value) {
    HttpRequest.Builder request = Gateway.request("/v1/echo/a").header(header, value);
    return Gateway.send(request.GET()).statusCode();
  }

  private static CompletableFuture<HttpResponse<String>> events(String authorization) {
    return HttpClient.newHttpClient()
        .sendAsync(
            Gateway.request("/v1/watch/a")
                .header("authorization", authorization)
                .header("accept", "text/event-stream")
                .GET()
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static Arguments token(String name, String token, String reason) {
    return row(name, "Bearer " + token, Code.UNAUTHENTICATED, reason);
  }

  private static Arguments row(String name, String authorization, Code code, String reason) {
    return Arguments.of(name, authorization, code, reason);
  }

  private static EchoServiceGrpc.EchoServiceBlockingStub stub(String authorization) {
    return stub(authorization(authorization));
  }

  private static EchoServiceGrpc.EchoServiceBlockingStub stub(Metadata headers) {
    return Gateway.stub().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static Metadata authorization(String value) {
    Metadata headers = new Metadata();
    if (!value.isEmpty()) {
      headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), value);
    }
    return headers;
  }
}
