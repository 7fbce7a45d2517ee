package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.Decoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REST through the gateway, as a web client meets it. */
class RestIT {
  @Test
  void aBodyBecomesTheRequestAndTheAnswerIsJson() {
    HttpResponse<String> answer =
        Gateway.post("/v1/open", "{\"id\":\"a\",\"bigNumber\":\"9007199254740993\"}");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body()).isEqualTo("{\"id\":\"a\",\"bigNumber\":\"9007199254740993\"}");
  }

  @Test
  void aCompressedAnswerOfTheServiceIsReadable() {
    assertThat(Gateway.get("/v1/open/gzip?remark=" + "a".repeat(2000)).body()).contains("aaaa");
  }

  @Test
  void aClientThatHasTheAnswerAlreadyIsToldSo() {
    String tag = Gateway.get("/v1/open/etag").headers().firstValue("etag").orElse("");

    HttpResponse<String> again =
        Gateway.send(Gateway.request("/v1/open/etag").header("if-none-match", tag).GET());
    HttpResponse<String> other =
        Gateway.send(Gateway.request("/v1/open/other").header("if-none-match", tag).GET());

    assertThat(tag).startsWith("W/\"");
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("etag")).contains(tag);
    assertThat(other.statusCode()).isEqualTo(200);
    assertThat(Gateway.post("/v1/open", "{}").headers().firstValue("etag")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"v1\"", "W/\"v1\"", "\"v0\", W/\"v1\"", " \"v1\" ", "*"})
  void aReadingWithAVersionIsNotModifiedWhateverElseTheAnswerSays(String tags) {
    HttpResponse<String> answer = reading("v1", tags);

    assertThat(answer.statusCode()).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().firstValue("etag")).contains("W/\"v1\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"v0\"", "v1", "\"v0\",\"v2\"", "W/\"", "\"\""})
  void aReadingWithAnotherVersionComesWithItsTag(String tags) {
    HttpResponse<String> answer = reading("v1", tags);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("etag")).contains("W/\"v1\"");
  }

  @Test
  void theServiceIsToldTheVersionThatTheCallerHas() {
    assertThat(reading("v1", "W/\"a&b\"").body()).contains("\"asked\":\"a&b\"");
    assertThat(reading("v1", "\"v0\", \"v2\"").body()).doesNotContain("asked");
    assertThat(reading("v1", '"' + "v".repeat(65) + '"').body()).doesNotContain("asked");
    assertThat(reading("v1?ifNoneMatch=mine", "\"v0\"").body()).contains("\"asked\":\"mine\"");
  }

  @Test
  void whatWasNotFoundHasNoVersion() {
    HttpResponse<String> answer = reading("nothing", "*");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("etag")).isEmpty();
  }

  private static HttpResponse<String> reading(String path, String tags) {
    return Gateway.send(
        Gateway.request("/v1/readings/" + path).header("if-none-match", tags).GET());
  }

  @Test
  void aLongAnswerIsCompressedForAClientThatTakesGzipAndAShortOneIsNot() throws IOException {
    String text = "a".repeat(5_000);
    HttpResponse<byte[]> compressed = compressed("/v1/open/x?remark=" + text, "gzip");

    assertThat(compressed.headers().firstValue("content-encoding")).contains("gzip");
    assertThat(compressed.headers().allValues("vary")).contains("accept-encoding");
    assertThat(compressed.body().length).isLessThan(500);
    assertThat(
            new String(
                new GZIPInputStream(new ByteArrayInputStream(compressed.body())).readAllBytes(),
                StandardCharsets.UTF_8))
        .contains(text);
    assertThat(compressed("/v1/open/x", "gzip").headers().firstValue("content-encoding")).isEmpty();
    assertThat(Gateway.get("/v1/open/x?remark=" + text).headers().firstValue("content-encoding"))
        .isEmpty();
  }

  @Test
  void aClientThatTakesBrotliGetsIt() throws IOException {
    Brotli4jLoader.ensureAvailability();
    String text = "a".repeat(5_000);

    HttpResponse<byte[]> answer = compressed("/v1/open/x?remark=" + text, "gzip, deflate, br");

    assertThat(answer.headers().firstValue("content-encoding")).contains("br");
    assertThat(
            new String(
                Decoder.decompress(answer.body()).getDecompressedData(), StandardCharsets.UTF_8))
        .contains(text);
    assertThat(compressed("/v1/open/x?remark=" + text, "br;q=0.1, gzip;q=0.9").headers().map())
        .containsEntry("content-encoding", List.of("gzip"));
    assertThat(compressed("/v1/open/x?remark=" + text, "br;q=0").headers().map())
        .doesNotContainKey("content-encoding");
  }

  @Test
  void pathAndQueryBecomeTheRequest() {
    assertThat(Gateway.get("/v1/open/a%2Fb?number=3&inner.name=x&tags=p&tags=q").body())
        .isEqualTo(
            "{\"id\":\"a/b\",\"number\":3,\"tags\":[\"p\",\"q\"],\"inner\":{\"name\":\"x\"}}");
  }

  @Test
  void aPatchGetsItsMaskFromItsBody() {
    HttpResponse<String> answer =
        Gateway.send(
            Gateway.request("/v1/items/i1")
                .header("content-type", "application/merge-patch+json")
                .method(
                    "PATCH",
                    BodyPublishers.ofString(
                        "{\"title\":\"t\",\"due\":null,\"details\":{\"name\":\"n\"}}")));

    assertThat(answer.body())
        .isEqualTo(
            "{\"item\":{\"id\":\"i1\",\"title\":\"t\",\"details\":{\"name\":\"n\"}},"
                + "\"updateMask\":\"title,due,details.name\"}");
  }

  @Test
  void rawBodiesPassWithTheirType() {
    HttpResponse<String> answer =
        Gateway.send(
            Gateway.request("/v1/raw/x")
                .header("content-type", "text/csv")
                .POST(BodyPublishers.ofString("a,b\n")));

    assertThat(answer.headers().firstValue("content-type")).contains("text/csv");
    assertThat(answer.body()).isEqualTo("a,b\n");
  }

  @Test
  void errorsAreStatusesWithDetails() {
    HttpResponse<String> answer = Gateway.get("/v1/open/fail");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body())
        .startsWith("{\"code\":5,\"message\":\"No note 'the one asked for'.\",\"details\":[")
        .contains("\"reason\":\"RESOURCE_NOT_FOUND\"");
  }

  @Test
  void mistakesAreNamed() {
    assertThat(Gateway.post("/v1/open", "{\"inner\":{\"nmae\":\"x\"}}"))
        .satisfies(a -> refused(a, 400, "INVALID_FIELD", "inner.nmae"));
    assertThat(Gateway.post("/v1/open", "{\"id\":"))
        .satisfies(a -> refused(a, 400, "INVALID_FIELD", "JSON"));
    assertThat(Gateway.get("/v1/open/a?nmuber=1"))
        .satisfies(a -> refused(a, 400, "INVALID_FIELD", "nmuber"));
    assertThat(Gateway.get("/v1/nowhere"))
        .satisfies(a -> refused(a, 404, "ROUTE_NOT_FOUND", "/v1/nowhere"));
    assertThat(Gateway.get("/v1/secret"))
        .satisfies(a -> refused(a, 404, "ROUTE_NOT_FOUND", "/v1/secret"));
    assertThat(Gateway.get("/v1/open/%2e%2e"))
        .satisfies(a -> refused(a, 400, "INVALID_FIELD", "%2e%2e"));
    assertThat(Gateway.get("/v1/open"))
        .satisfies(a -> refused(a, 405, "HTTP_METHOD_NOT_ALLOWED", "POST"))
        .satisfies(a -> assertThat(a.headers().firstValue("allow")).contains("POST"));
    assertThat(
            Gateway.send(
                Gateway.request("/v1/open")
                    .header("content-type", "text/xml")
                    .POST(BodyPublishers.ofString("<a/>"))))
        .satisfies(a -> refused(a, 415, "CONTENT_TYPE_UNSUPPORTED", "text/xml"));
  }

  @Test
  void aBodyOverTheLimitIsRefusedAndOneUnderItPasses() {
    assertThat(
            Gateway.post("/v1/open", "{\"remark\":\"" + "a".repeat(10 << 20) + "\"}").statusCode())
        .isEqualTo(200);
    assertThat(Gateway.post("/v1/open", "{\"remark\":\"" + "a".repeat(17 << 20) + "\"}"))
        .satisfies(a -> refused(a, 413, "MESSAGE_TOO_LARGE", "16777216"));
  }

  @Test
  void optionsAndHeadAnswerWithoutABody() {
    HttpResponse<String> options =
        Gateway.send(Gateway.request("/v1/open/a").method("OPTIONS", BodyPublishers.noBody()));
    HttpResponse<String> head =
        Gateway.send(Gateway.request("/v1/open/a").method("HEAD", BodyPublishers.noBody()));

    assertThat(options.statusCode()).isEqualTo(204);
    assertThat(options.headers().firstValue("allow")).contains("GET, HEAD, OPTIONS");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-length")).contains("10");
  }

  @Test
  void aStreamIsAnArrayLinesOrEvents() {
    assertThat(Gateway.get("/v1/count/3").body())
        .isEqualTo("[{\"number\":1},{\"number\":2},{\"number\":3}]");
    assertThat(Gateway.get("/v1/count/0").body()).isEqualTo("[]");
    assertThat(accepting("/v1/count/2", "application/x-ndjson").body())
        .isEqualTo("{\"number\":1}\n{\"number\":2}\n");
    assertThat(accepting("/v1/count/2", "text/event-stream").body())
        .isEqualTo("data: {\"number\":1}\n\ndata: {\"number\":2}\n\n");
  }

  @Test
  void eventsSayWhereTheyStandAndAClientContinuesBehindItsLast() {
    assertThat(accepting("/v1/count/2?remark=0", "text/event-stream").body())
        .isEqualTo(
            """
            id: 1
            data: {"number":1,"remark":"1"}

            id: 2
            data: {"number":2,"remark":"2"}

            """);
    assertThat(
            Gateway.send(
                    Gateway.request("/v1/count/3?remark=0")
                        .header("accept", "text/event-stream")
                        .header("last-event-id", "2")
                        .GET())
                .body())
        .isEqualTo("id: 3\ndata: {\"number\":3,\"remark\":\"3\"}\n\n");
  }

  @Test
  void aStreamThatFailsEndsWithTheError() {
    assertThat(Gateway.get("/v1/count/1?id=fail").body())
        .startsWith("[{\"number\":1},{\"code\":5,\"message\":\"No note 'next'.\"")
        .endsWith("}]");
    assertThat(accepting("/v1/count/1?id=fail", "text/event-stream").body())
        .startsWith("data: {\"number\":1}\n\nevent: error\ndata: {\"code\":5,")
        .endsWith("}\n\n");
    assertThat(Gateway.get("/v1/count/0?id=fail").statusCode()).isEqualTo(404);
  }

  @Test
  void linesBecomeAClientStream() {
    HttpResponse<String> answer =
        Gateway.send(
            Gateway.request("/v1/collect")
                .header("content-type", "application/x-ndjson")
                .POST(BodyPublishers.ofString("{\"number\":1}\n{\"number\":2}\n")));

    assertThat(answer.body()).contains("\"number\":3");
  }

  @Test
  void aTimeoutBecomesADeadline() {
    HttpResponse<String> answer =
        Gateway.send(Gateway.request("/v1/open/slow").header("x-server-timeout", "0.3").GET());

    assertThat(answer.statusCode()).isEqualTo(504);
    assertThat(answer.body()).contains("\"code\":4").doesNotContain("127.0.0.1");
  }

  @Test
  void aReaderThatStopsHoldsUpTheServiceAndOneThatLeavesCancelsIt() throws IOException {
    EchoUpstream upstream = Gateway.UPSTREAM;
    int written = upstream.written.get();
    int cancelled = upstream.cancelled.get();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Gateway.HTTP_PORT)) {
      socket.setReceiveBufferSize(64 * 1024);
      write(socket, "GET /v1/count/200000?smallUnsigned=1024 HTTP/1.1\r\nhost: x\r\n\r\n");
      assertThat(socket.getInputStream().read()).isEqualTo('H');

      await().during(Duration.ofSeconds(2)).until(() -> upstream.written.get() - written < 20_000);
    }
    await().until(() -> upstream.cancelled.get() > cancelled);
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Gateway.HTTP_PORT)) {
      write(
          socket,
          request("/v1/open/one", "host: x")
              .concat(request("/v1/count/2", "host: x"))
              .concat(request("/v1/open/two", "host: x\r\nconnection: close")));
      String all = read(socket.getInputStream());

      assertThat(all).containsSubsequence("\"one\"", "{\"number\":2}", "\"two\"");
    }
  }

  @Test
  void aRequestThatIsNotHttpIsRefusedInJson() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Gateway.HTTP_PORT)) {
      write(socket, "GET /v1/open/a HTTP/1.1\r\nbad header\u0000: x\r\n\r\n");

      assertThat(read(socket.getInputStream())).startsWith("HTTP/1.1 400").contains("\"code\":3");
    }
  }

  @Test
  void theRouteTableStandsOnTheManagementPort() {
    assertThat(managed("/routes")).contains("/v1/echo/{id}").doesNotContain("/v1/secret");
  }

  @Test
  void callsAreCountedByTheRpcTheyAreAndTheStatusTheyEndWith() {
    Gateway.get("/v1/open/fail");
    Gateway.get("/v1/echo/a");

    assertThat(managed("/metrics"))
        .containsPattern("kryonix_rpc_server_seconds_count.*NOT_FOUND.*Open.*EchoService")
        .containsPattern("kryonix_rpc_server_seconds_count.*UNAUTHENTICATED.*Echo.*EchoService");
  }

  private static String managed(String path) {
    URI address = URI.create("http://127.0.0.1:" + Gateway.MANAGEMENT_PORT + path);
    return Gateway.send(HttpRequest.newBuilder(address)).body();
  }

  private static void refused(
      HttpResponse<String> answer, int status, String reason, String named) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.body()).contains("\"reason\":\"" + reason + "\"").contains(named);
  }

  private static HttpResponse<byte[]> compressed(String path, String encodings) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          Gateway.request(path).header("accept-encoding", encodings).GET().build(),
          HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<String> accepting(String path, String type) {
    return Gateway.send(Gateway.request(path).header("accept", type).GET());
  }

  private static String request(String path, String headers) {
    return "GET " + path + " HTTP/1.1\r\n" + headers + "\r\n\r\n";
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static String read(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}
