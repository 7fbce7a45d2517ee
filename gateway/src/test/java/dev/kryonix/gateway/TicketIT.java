package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tickets for sockets, and who may open one. */
class TicketIT {
  private static final String ROOM = "/v1/rooms/r1:converse";

  @Test
  void aTicketOpensOneSocketOnceWithoutAnyHeader() throws Exception {
    Instant before = Instant.now();
    JsonObject sold = JsonParser.parseString(sell(Tokens.good(), ROOM).body()).getAsJsonObject();
    Instant after = Instant.now();
    String ticket = sold.get("ticket").getAsString();
    SocketClient client =
        SocketClient.open(true, ROOM, b -> b, SocketClient.JSON, "ticket." + ticket);

    assertThat(client.socket().getSubprotocol()).isEqualTo(SocketClient.JSON);
    assertThat(client.send("{}").text()).isEqualTo("{\"id\":\"r1\"}");
    assertThat(Instant.parse(sold.get("expireTime").getAsString()))
        .isBetween(before.plusSeconds(29), after.plusSeconds(31));
    assertRefused(ROOM, ticket, "has been used");
    assertThat(client.complete().closed().code()).isEqualTo(1000);
    assertRefused(ROOM, ticket, "has been used");
  }

  @Test
  void aTicketThatIsNotGoodIsRefused() throws Exception {
    String ticket = ticket(Tokens.good(), ROOM);
    int middle = ticket.length() / 2;
    char other = ticket.charAt(middle) == 'A' ? 'B' : 'A';

    assertRefused("/v1/rooms/r2:converse", ticket, "another path");
    assertRefused(ROOM, ticket.substring(0, middle) + other + ticket.substring(middle + 1), "ours");
    assertRefused(ROOM, ticket.substring(0, ticket.length() - 2), "ours");
    assertRefused(ROOM, "", "ours");
    assertRefused(ROOM, "a.b.c.d.e", "ours");
    assertRefused(ROOM, Tokens.good(), "ours");
    try (SocketWire wire =
        new SocketWire(
            ROOM,
            "sec-websocket-protocol: kryonix.v1.json, ticket." + ticket + ", ticket." + ticket)) {
      assertThat(wire.head).contains(" 401 ");
      assertThat(wire.body()).contains("more than one");
    }
    try (SocketWire wire =
        new SocketWire(
            ROOM,
            "authorization: Bearer " + Tokens.good(),
            "sec-websocket-protocol: kryonix.v1.json, ticket." + ticket)) {
      assertThat(wire.head).contains(" 401 ");
      assertThat(wire.body()).contains("a token beside it");
    }
    try (SocketWire wire = opened(ROOM, ticket)) {
      assertThat(wire.isOpen()).as("what was refused has not used it up").isTrue();
    }
  }

  @Test
  void aTicketInTheQueryIsNotRead() throws IOException {
    try (SocketWire wire = new SocketWire(ROOM + "?ticket=" + ticket(Tokens.good(), ROOM))) {
      assertThat(wire.head).contains(" 400 ");
      assertThat(wire.body()).contains("\"reason\":\"UPGRADE_INVALID\"", "list of subprotocols");
    }
  }

  @Test
  void aSocketByTicketEndsWithTheTokenThatBoughtIt() throws Exception {
    sell(Tokens.good(), ROOM);
    Instant began = Instant.now();
    Date soon = Date.from(began.plusSeconds(6));
    String ticket = ticket(Tokens.signed(Tokens.claims().expirationTime(soon)), ROOM);
    SocketClient client =
        SocketClient.open(true, ROOM, b -> b, SocketClient.JSON, "ticket." + ticket);

    assertThat(client.text()).contains("\"reason\":\"TOKEN_EXPIRED\"");
    assertThat(Instant.now()).isAfter(began.plusSeconds(4));
    assertThat(client.closed().code()).isEqualTo(4016);
  }

  @Test
  void aTicketOfATenantThatIsSuspendedSinceOpensNothing() throws Exception {
    String tenant = "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    String token = Tokens.signed(Tokens.claims().claim("tenant", tenant));
    String ticket = ticket(token, ROOM);

    EchoTenants.ALL.suspend(tenant);

    try (SocketWire wire = opened(ROOM, ticket)) {
      assertThat(wire.head).contains(" 403 ");
      assertThat(wire.body()).contains("\"reason\":\"TENANT_SUSPENDED\"");
    }
    assertThat(sell(token, ROOM).statusCode()).isEqualTo(403);
  }

  @Test
  void aPlatformCallersTicketActsInTheTenantThatItWasBoughtFor() throws Exception {
    String token =
        Tokens.signed(
            Tokens.claims().claim("tenant", null).claim("scope", "platform.act-as echo.call"));
    HttpResponse<String> alone = sell(token, ROOM);
    HttpResponse<String> acting =
        Gateway.send(
            Gateway.request("/v1/tickets")
                .header("authorization", "Bearer " + token)
                .header("x-kryonix-tenant", "acme")
                .POST(BodyPublishers.ofString("{\"path\":\"" + ROOM + "\"}")));
    String ticket =
        JsonParser.parseString(acting.body()).getAsJsonObject().get("ticket").getAsString();

    assertThat(alone.body()).contains("\"reason\":\"TENANT_MISMATCH\"");
    SocketClient client =
        SocketClient.open(
            true,
            ROOM,
            b -> b.header("x-kryonix-tenant", "suspended"),
            SocketClient.JSON,
            "ticket." + ticket);
    assertThat(client.send("{}").text()).isEqualTo("{\"id\":\"r1\"}");
  }

  @Test
  void whoMayNotCallGetsNoTicket() {
    HttpResponse<String> without = Gateway.post("/v1/tickets", "{\"path\":\"" + ROOM + "\"}");
    HttpResponse<String> scope =
        sell(Tokens.signed(Tokens.claims().claim("scope", "other.call")), ROOM);

    assertThat(without.statusCode()).isEqualTo(401);
    assertThat(without.body()).contains("\"reason\":\"TOKEN_MISSING\"");
    assertThat(scope.statusCode()).isEqualTo(403);
    assertThat(scope.body()).contains("\"reason\":\"SCOPE_MISSING\"");
    assertThat(sell(Tokens.byAnotherKey(), ROOM).body()).contains("\"reason\":\"TOKEN_INVALID\"");
  }

  @Test
  void whatIsAskedForWronglyIsNamed() {
    assertThat(asked("{\"path\":\"/v1/count/3\"}")).contains("UPGRADE_INVALID", "both ways");
    assertThat(asked("{\"path\":\"/v1/nowhere\"}")).contains("ROUTE_NOT_FOUND");
    assertThat(asked("{\"path\":\"/v1/../secret\"}")).contains("\"code\":3");
    assertThat(asked("{\"rpc\":\"x\"}")).contains("\"field\":\"rpc\"");
    assertThat(asked("{}")).contains("\"field\":\"path\"");
    assertThat(asked("")).contains("INVALID_FIELD");
    assertThat(
            Gateway.send(
                    Gateway.request("/v1/tickets")
                        .header("content-type", "text/plain")
                        .POST(BodyPublishers.ofString("{}")))
                .statusCode())
        .isEqualTo(415);
    assertThat(asked("{\"path\":\"" + "a".repeat(20_000) + "\"}")).contains("MESSAGE_TOO_LARGE");
    HttpResponse<String> get = Gateway.get("/v1/tickets");
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).contains("OPTIONS, POST");
  }

  private static String asked(String json) {
    HttpRequest.Builder request =
        Gateway.request("/v1/tickets")
            .header("authorization", "Bearer " + Tokens.good())
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json));
    return Gateway.send(request).body();
  }

  @Test
  void pagesOfOtherOriginsOpenNothing() throws IOException {
    String token = "authorization: Bearer " + Tokens.good();
    try (SocketWire evil = new SocketWire(ROOM, token, "origin: https://evil.example");
        SocketWire none = new SocketWire(ROOM, token, "origin: null");
        SocketWire both =
            new SocketWire(
                ROOM, token, "origin: https://app.example", "origin: https://evil.example");
        SocketWire configured = new SocketWire(ROOM, token, "origin: https://app.example");
        SocketWire own = new SocketWire(ROOM, token, "origin: http://gateway.example")) {
      assertThat(evil.head).contains(" 403 ");
      assertThat(evil.body()).contains("\"reason\":\"ORIGIN_NOT_ALLOWED\"");
      assertThat(none.head).contains(" 403 ");
      assertThat(both.head).contains(" 403 ");
      assertThat(configured.isOpen()).isTrue();
      assertThat(own.isOpen()).isTrue();
    }
  }

  private static HttpResponse<String> sell(String token, String path) {
    return Gateway.send(
        Gateway.request("/v1/tickets")
            .header("authorization", "Bearer " + token)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString("{\"path\":\"" + path + "\"}")));
  }

  private static String ticket(String token, String path) {
    HttpResponse<String> answer = sell(token, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    return JsonParser.parseString(answer.body()).getAsJsonObject().get("ticket").getAsString();
  }

  private static SocketWire opened(String path, String ticket) throws IOException {
    return new SocketWire(path, "sec-websocket-protocol: kryonix.v1.json, ticket." + ticket);
  }

  private static void assertRefused(String path, String ticket, String why) throws IOException {
    try (SocketWire wire = opened(path, ticket)) {
      assertThat(wire.head).contains(" 401 ");
      assertThat(wire.body()).contains("\"reason\":\"TICKET_INVALID\"", why);
    }
  }
}
