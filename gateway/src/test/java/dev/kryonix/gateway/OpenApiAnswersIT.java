package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kryonix.gateway.openapi.Described;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Real answers, held against what the document that the gateway serves says of them. */
class OpenApiAnswersIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Described DOCUMENT =
      new Described(parse(Gateway.get("/openapi.json").body()));
  private static final String EVERYTHING =
      """
      {"id":"a","number":-1,"bigNumber":"-9007199254740993","hugeNumber":"18446744073709551615",
      "ratio":1.5,"flag":true,"data":"AAECAw==","color":"COLOR_RED","tags":["x"],"numbers":[1],
      "colors":["COLOR_BLUE"],"inner":{"name":"n","child":{"depth":2}},"inners":[{}],
      "counts":{"k":1},"at":"2030-01-02T03:04:05.123Z","lasting":"-1.5s","mask":"a.b,c",
      "maybeNumber":"0","maybeText":"","maybeFlag":false,"object":{"a":[1,null]},"anything":null,
      "nothing":{},"textChoice":"t","remark":"","smallRatio":"NaN","smallUnsigned":4294967295}
      """;

  @Test
  void everyKindOfValueIsAsDescribed() {
    fits("post", "/v1/open", Gateway.post("/v1/open", EVERYTHING));
    fits("get", "/v1/open/{id}", Gateway.get("/v1/open/a?ratio=-Infinity&color=2"));
  }

  @Test
  void aFieldAsTheAnswerIsAsDescribed() {
    fits(
        "put",
        "/v1/echo/shelves/{shelves}/books/{books}:move",
        Gateway.send(
            authorized("/v1/echo/shelves/s/books/b/c:move")
                .PUT(BodyPublishers.ofString("{\"depth\":1}"))));
    fits(
        "post",
        "/v1/echo/{id}/tags",
        Gateway.send(authorized("/v1/echo/a/tags").POST(BodyPublishers.ofString("[\"x\",\"y\"]"))));
  }

  @Test
  void aPatchIsAsDescribed() {
    fits(
        "patch",
        "/v1/items/{item.id}",
        Gateway.send(
            Gateway.request("/v1/items/i")
                .header("content-type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString("{\"title\":\"t\",\"due\":null}"))));
  }

  @Test
  void rawBytesAreAsDescribed() {
    HttpResponse<String> answer =
        Gateway.send(
            Gateway.request("/v1/raw/x")
                .header("content-type", "text/csv")
                .POST(BodyPublishers.ofString("a,b\n")));

    assertThat(response("post", "/v1/raw/{name}", answer).at("/content").has("*/*")).isTrue();
  }

  @Test
  void streamsAreAsDescribedInAllThreeShapesAndToTheirErrors() {
    for (String query : List.of("", "?id=fail")) {
      fits("get", "/v1/count/{number}", Gateway.get("/v1/count/2" + query));
      HttpResponse<String> lines = accepting("/v1/count/2" + query, "application/x-ndjson");
      items(lines, lines.body().lines().map(OpenApiAnswersIT::parse));
      HttpResponse<String> events = accepting("/v1/count/2" + query, "text/event-stream");
      items(events, Stream.of(events.body().split("\n\n")).map(OpenApiAnswersIT::event));
    }
  }

  @Test
  void errorsAreAsDescribed() {
    fits("get", "/v1/open/{id}", Gateway.get("/v1/open/fail"));
    fits("get", "/v1/open/{id}", Gateway.get("/v1/open/a?nmuber=1"));
    fits("get", "/v1/echo/{id}", Gateway.get("/v1/echo/a"));
    fits("get", "/v1/manage", Gateway.send(authorized("/v1/manage").GET()));
    fits(
        "post",
        "/v1/open",
        Gateway.send(
            Gateway.request("/v1/open")
                .header("content-type", "text/xml")
                .POST(BodyPublishers.ofString("<a/>"))));
    fits(
        "get",
        "/v1/open/{id}",
        Gateway.send(Gateway.request("/v1/open/slow").header("x-server-timeout", "0.2").GET()));
  }

  @Test
  void socketsAndTheirTicketsAreAsDescribed() throws Exception {
    HttpRequest.Builder sale = authorized("/v1/tickets");
    HttpResponse<String> sold =
        Gateway.send(sale.POST(BodyPublishers.ofString("{\"path\":\"/v1/rooms/r1:converse\"}")));
    fits("post", "/v1/tickets", sold);
    fits("post", "/v1/tickets", Gateway.post("/v1/tickets", "{\"path\":\"/v1/chat/x\"}"));
    fits(
        "post", "/v1/tickets", Gateway.post("/v1/tickets", "{\"path\":\"/v1/rooms/r1:converse\"}"));
    JsonNode operation = DOCUMENT.document().at("/paths/~1v1~1rooms~1{id}:converse/get");
    JsonNode offered = operation.at("/responses/101/headers/Sec-WebSocket-Protocol/schema/enum/0");
    SocketClient client =
        SocketClient.open(
            true,
            "/v1/rooms/r1:converse",
            builder -> builder,
            offered.asText(),
            "ticket." + parse(sold.body()).get("ticket").asText());
    JsonNode messages = operation.path("x-kryonix-websocket");

    assertThat(client.socket().getSubprotocol()).isEqualTo(offered.asText());
    String sent = "{\"number\":3,\"tags\":[\"a\"]}";
    assertThat(DOCUMENT.mistakes(messages.get("send"), parse(sent))).isEmpty();
    assertThat(DOCUMENT.mistakes(messages.get("send"), parse("{\"unknown\":1}"))).isNotEmpty();
    JsonNode received = parse(client.send(sent).text());
    assertThat(received).isNotEmpty();
    assertThat(DOCUMENT.mistakes(messages.get("receive"), received)).isEmpty();
    JsonNode status = parse(client.send("{\"unknown\":1}").text());
    assertThat(DOCUMENT.mistakes(messages.get("status"), status)).isEmpty();
    assertThat(client.closed().code()).isEqualTo(4000 + status.get("code").asInt());
  }

  @Test
  void theHeadersOfRequestsAndAnswersAreDescribed() {
    HttpResponse<String> longPath =
        Gateway.send(
            Gateway.request("/v1/open?remark=" + "x".repeat(20_000))
                .POST(BodyPublishers.ofString("{}")));
    assertThat(longPath.statusCode()).isIn(414, 431);
    fits("post", "/v1/open", longPath);
    HttpResponse<String> large =
        Gateway.send(
            Gateway.request("/v1/open")
                .header("x-long", "x".repeat(40_000))
                .POST(BodyPublishers.ofString("{}")));
    assertThat(large.statusCode()).isEqualTo(431);
    fits("post", "/v1/open", large);

    JsonNode paths = DOCUMENT.document().get("paths");
    assertThat(paths.at("/~1v1~1count~1{number}/get/parameters").findValuesAsText("name"))
        .contains("Last-Event-ID");
    assertThat(paths.at("/~1v1~1open~1{id}/get/parameters").findValuesAsText("name"))
        .doesNotContain("Last-Event-ID");
    JsonNode reading = paths.at("/~1v1~1readings~1{id}/get");
    assertThat(reading.get("parameters").findValuesAsText("name")).contains("If-None-Match");
    assertThat(reading.at("/responses/304").isMissingNode()).isFalse();
    assertThat(reading.at("/responses/200/headers").has("ETag")).isTrue();
    assertThat(paths.at("/~1v1~1echo~1{id}/get/responses/200/headers").has("RateLimit")).isTrue();
    assertThat(DOCUMENT.document().at("/components/headers/RateLimit-Policy").isObject()).isTrue();
  }

  @Test
  void aWrongAnswerWouldBeNoticed() {
    JsonNode schema =
        DOCUMENT
            .document()
            .at("/paths/~1v1~1open/post/responses/200/content/application~1json/schema");

    assertThat(DOCUMENT.mistakes(schema, parse("{\"number\":\"1\"}"))).isNotEmpty();
    assertThat(DOCUMENT.mistakes(schema, parse("{\"unknown\":1}"))).isNotEmpty();
    assertThat(DOCUMENT.mistakes(schema, parse("{\"at\":\"today\"}"))).isNotEmpty();
  }

  @Test
  void onlyWhatCanBeReachedIsDescribedAndAllOfIt() {
    List<String> described =
        DOCUMENT.document().get("paths").findValuesAsText("x-kryonix-rpc").stream()
            .sorted()
            .toList();
    List<String> routed =
        parse(managed("/routes")).findValuesAsText("rpc").stream().sorted().toList();

    assertThat(described).isEqualTo(routed).noneMatch(rpc -> rpc.endsWith("/Secret"));
  }

  private static void fits(String method, String path, HttpResponse<String> answer) {
    String type = answer.headers().firstValue("content-type").orElseThrow();
    JsonNode schema = response(method, path, answer).path("content").path(type).path("schema");

    assertThat(schema.isObject()).as(answer.statusCode() + " " + type).isTrue();
    assertThat(DOCUMENT.mistakes(schema, parse(answer.body()))).as(answer.body()).isEmpty();
  }

  /** What the document says of an answer's status, with the headers that it names for it. */
  private static JsonNode response(String method, String path, HttpResponse<String> answer) {
    JsonNode operation = DOCUMENT.document().get("paths").path(path).path(method);
    assertThat(operation.isObject()).as(method + " " + path).isTrue();
    JsonNode response = operation.path("responses").path(Integer.toString(answer.statusCode()));
    assertThat(response.isObject()).as(answer.statusCode() + " " + answer.body()).isTrue();
    JsonNode resolved =
        response.has("$ref")
            ? DOCUMENT.document().at(response.get("$ref").asText().substring(1))
            : response;
    if (answer.statusCode() == 401) {
      assertThat(resolved.path("headers").has("WWW-Authenticate")).isTrue();
      assertThat(answer.headers().firstValue("www-authenticate")).isPresent();
    }
    return resolved;
  }

  private static void items(HttpResponse<String> answer, Stream<JsonNode> items) {
    String type = answer.headers().firstValue("content-type").orElseThrow();
    JsonNode schema =
        response("get", "/v1/count/{number}", answer)
            .path("content")
            .path(type)
            .path("x-itemSchema");

    assertThat(items.toList())
        .hasSizeGreaterThan(1)
        .allSatisfy(item -> assertThat(DOCUMENT.mistakes(schema, item)).isEmpty());
  }

  /** An event as an object of its fields, whose data is held against the schema of its content. */
  private static JsonNode event(String text) {
    ObjectNode event = JSON.createObjectNode();
    text.lines()
        .filter(line -> !line.startsWith(":"))
        .forEach(line -> event.put(line.split(": ", 2)[0], line.split(": ", 2)[1]));
    JsonNode choices =
        DOCUMENT
            .document()
            .at("/paths/~1v1~1count~1{number}/get/responses/200/content/text~1event-stream")
            .at("/x-itemSchema/oneOf");
    JsonNode data = choices.get(event.has("event") ? 1 : 0).at("/properties/data/contentSchema");
    assertThat(DOCUMENT.mistakes(data, parse(event.get("data").asText()))).isEmpty();
    return event;
  }

  private static HttpRequest.Builder authorized(String path) {
    return Gateway.request(path)
        .header("content-type", "application/json")
        .header("authorization", "Bearer " + Tokens.good());
  }

  private static HttpResponse<String> accepting(String path, String type) {
    return Gateway.send(Gateway.request(path).header("accept", type).GET());
  }

  private static String managed(String path) {
    return Gateway.send(
            HttpRequest.newBuilder(
                java.net.URI.create("http://127.0.0.1:" + Gateway.MANAGEMENT_PORT + path)))
        .body();
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
