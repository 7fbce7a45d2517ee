package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 clients that mean no good, while another client is served. */
class HttpAttackIT {
  private static final int CONNECTIONS = 20;

  private static GatewayProcess gateway;

  @BeforeAll
  static void start() {
    gateway =
        GatewayProcess.start(
            Map.of(
                "kryonix.gateway.edge.header-timeout", "5s",
                "kryonix.gateway.edge.body-timeout", "5s",
                "kryonix.gateway.edge.idle-timeout", "2s",
                "kryonix.gateway.edge.connections-per-address", CONNECTIONS,
                "kryonix.gateway.edge.body-memory", 1 << 20));
  }

  @AfterEach
  void anotherClientIsServed() {
    await()
        .ignoreException(IOException.class)
        .untilAsserted(() -> assertThat(ask("GET /v1/open/a", "")).startsWith("HTTP/1.1 200"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Where a request ends must not be a matter of opinion.
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 0x5",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\u000bchunked",
        "Content Length: 5",
        "X\u0000: 5",
        "X-One: a\u0000b",
        ": 5",
        "no colon",
        "Host: y",
      })
  void ambiguousFramingIsRefusedAndTheConnectionClosed(String header) throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send("POST /v1/open HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n0\r\n\r\n");
      wire.send("GET /v1/open/smuggled HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(wire.rest())
          .startsWith("HTTP/1.1 400")
          .contains("\"reason\":\"INVALID_FIELD\"")
          .doesNotContain("smuggled");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/open/a HTTP/1.1\nHost: x\n\n",
        "GET /v1/open/a HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        "GET  /v1/open/a HTTP/1.1 x\r\nHost: x\r\n\r\n",
        "GET /v1/open/a\r\n\r\n",
        "GET /v1/open/a HTTP/1.1\r\n\r\n",
        "GET /v1/open/a HTTP/9.9\r\nHost: x\r\n\r\n",
        "POST /v1/open HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "POST /v1/open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n\r\n",
        "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
      })
  void whatIsNotARequestIsRefused(String text) throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send(text);

      assertThat(wire.until("\"code\":3")).startsWith("HTTP/1.1 400");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/open/%2e%2e",
        "/v1/open/..",
        "/v1/./open/a",
        "/v1/echo/shelves/s/books/..%2fx/../y:move",
        "/v1/open/%2e%2E/%2e",
        "/v1/open/a%00b",
        "/v1/open/a%0d%0ab",
        "/v1/open/%zz",
        "/v1/open/%",
        "/v1/open/%c0%ae%c0%ae",
      })
  void pathsThatClimbOrLieAreRefused(String path) throws IOException {
    assertThat(ask("GET " + path, "")).startsWith("HTTP/1.1 400");
  }

  @Test
  void whatIsEncodedTwiceOrWithBackslashesIsTakenForWhatItIs() throws IOException {
    assertThat(ask("GET /v1/open/%252e%252e", "")).contains("{\"id\":\"%2e%2e\"}");
    assertThat(ask("GET /v1/open/..%5c..%5cx", "")).contains("{\"id\":\"..\\\\..\\\\x\"}");
    assertThat(ask("GET /v1/open/..%2fx", "")).startsWith("HTTP/1.1 ").doesNotContain("500");
  }

  @Test
  void linesAndHeadersOverTheLimitsAreRefused() throws IOException {
    assertThat(ask("GET /v1/open/a?remark=" + "a".repeat(9_000), ""))
        .startsWith("HTTP/1.1 414")
        .contains("URL_TOO_LONG");
    assertThat(ask("GET /v1/open/a", "X-Large: " + "a".repeat(17_000) + "\r\n"))
        .startsWith("HTTP/1.1 431")
        .contains("HEADERS_TOO_LARGE");
    assertThat(ask("GET /v1/open/a", "X: a\r\n".repeat(4_000))).startsWith("HTTP/1.1 431");
  }

  @Test
  void methodsThatAreNotServedAreRefused() throws IOException {
    assertThat(ask("TRACE /v1/open", "")).startsWith("HTTP/1.1 405").contains("allow: POST");
    assertThat(ask("BREW /v1/open", "")).startsWith("HTTP/1.1 405");
    assertThat(ask("CONNECT /v1/open", "")).startsWith("HTTP/1.1 405");
    assertThat(ask("GET /v1/open", "X-HTTP-Method-Override: POST\r\nX-HTTP-Method: POST\r\n"))
        .startsWith("HTTP/1.1 405");
    assertThat(ask("POST /v1/open/a", "X-HTTP-Method-Override: GET\r\n"))
        .startsWith("HTTP/1.1 405");
  }

  @Test
  void onlyThePathOfAnAbsoluteFormCounts() throws IOException {
    assertThat(ask("GET http://elsewhere.example/v1/open/a", "")).contains("{\"id\":\"a\"}");
    assertThat(ask("GET http://user@[::1]:9/../v1/open/a", "")).startsWith("HTTP/1.1 400");
  }

  @Test
  void http10IsAnsweredAndClosed() throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send("GET /v1/count/2 HTTP/1.0\r\n\r\n");

      assertThat(wire.rest())
          .startsWith("HTTP/1.1 200")
          .doesNotContain("chunked")
          .endsWith("[{\"number\":1},{\"number\":2}]");
    }
  }

  @Test
  void aClientThatExpectsToContinueIsToldBeforeItSends() throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send("POST /v1/open HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n");
      wire.send("Content-Type: application/json\r\nContent-Length: 10\r\n\r\n");
      assertThat(wire.until("\r\n\r\n")).startsWith("HTTP/1.1 100");
      wire.send("{\"id\":\"a\"}");

      assertThat(wire.until("{\"id\":\"a\"}")).startsWith("HTTP/1.1 200");
    }
    assertThat(ask("POST /v1/nowhere", "Expect: 100-continue\r\nContent-Length: 10\r\n"))
        .startsWith("HTTP/1.1 404");
  }

  @Test
  void aBodyThatDripsIsCutOffAndAStreamThatDripsIsNot() throws Exception {
    try (Wire body = new Wire(gateway.httpPort());
        Wire stream = new Wire(gateway.httpPort())) {
      body.send("POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{");
      stream.send(
          """
          POST /v1/collect HTTP/1.1\r
          Host: x\r
          Content-Type: application/x-ndjson\r
          Transfer-Encoding: chunked\r
          \r
          """);
      CompletableFuture<String> refusal =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return body.rest();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      AtomicInteger drops = new AtomicInteger();
      // Well within the time that a client may pause for.
      await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                drip(body, " ");
                stream.send("10\r\n{\"number\": \"1\"}\n\r\n");
                drops.incrementAndGet();
                return refusal.isDone();
              });
      stream.send("0\r\n\r\n");

      assertThat(refusal.get()).startsWith("HTTP/1.1 408").contains("REQUEST_TIMEOUT");
      assertThat(stream.until("}")).contains("HTTP/1.1 200").contains("\"number\":" + drops.get());
    }
  }

  private static void drip(Wire wire, String text) throws IOException {
    try {
      wire.send(text);
    } catch (SocketException e) {
      // It has been closed in the meantime.
    }
  }

  @Test
  void headersThatDripAreCutOff() throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send("GET /v1/open/a HTTP/1.1\r\n");
      await()
          .pollInterval(Duration.ofMillis(100))
          .until(() -> wire.flood(1, i -> new byte[] {'X', ':', 'y', '\r', '\n'}));
    }
  }

  @Test
  void aBodyThatStallsIsRefused() throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send("POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");

      assertThat(wire.rest()).startsWith("HTTP/1.1 408").contains("REQUEST_TIMEOUT");
    }
  }

  @Test
  void anIdleConnectionIsClosedAndOneThatWaitsForItsAnswerIsNot() throws IOException {
    try (Wire idle = new Wire(gateway.httpPort());
        Wire waiting = new Wire(gateway.httpPort())) {
      waiting.send("GET /v1/open/slow HTTP/1.1\r\nHost: x\r\nX-Server-Timeout: 4\r\n\r\n");
      idle.send("GET /v1/open/a HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(idle.rest()).startsWith("HTTP/1.1 200").endsWith("{\"id\":\"a\"}");
      assertThat(waiting.until("\r\n")).startsWith("HTTP/1.1 504");
    }
  }

  @Test
  void pipelinedRequestsWithoutEndAreAnsweredWithoutBeingGathered() throws Exception {
    try (Wire wire = new Wire(gateway.httpPort())) {
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      wire.send("GET /v1/open/a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5_000));
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      for (int i = 0; i < 5_000; i++) {
        assertThat(wire.until("{\"id\":\"a\"}")).startsWith("HTTP/1.1 200");
      }
      assertThat(writer.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void connectionsOverTheLimitOfAnAddressAreClosedAndCounted() throws IOException {
    List<Wire> open = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        // One that waits for its answer stays, however long the others take to come.
        open.add(
            new Wire(gateway.httpPort())
                .send("GET /v1/open/slow HTTP/1.1\r\nHost: x\r\nX-Server-Timeout: 20\r\n\r\n"));
      }
      // Connections of one port are accepted in their order; those of the other follow.
      for (int port : new int[] {gateway.httpPort(), gateway.grpcPort()}) {
        try (Wire more = new Wire(port)) {
          assertThat(more.rest()).isIn("", "[reset]");
        }
      }
      assertThat(metrics()).contains("kryonix_gateway_connections_refused_total{reason=\"limit\"}");
    } finally {
      for (Wire each : open) {
        each.close();
      }
    }
  }

  @Test
  void bodiesBeyondTheBudgetOfAllAreRefusedAndTheBudgetComesBack() throws IOException {
    byte[] part = new byte[300_000];
    List<Wire> open = new ArrayList<>();
    try {
      List<String> refused = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Wire wire = new Wire(gateway.httpPort());
        open.add(wire);
        wire.send("POST /v1/open HTTP/1.1\r\nHost: x\r\nContent-Length: 600000\r\n\r\n");
        wire.send(part);
      }
      for (Wire each : open) {
        String answer = each.rest();
        if (answer.startsWith("HTTP/1.1 503")) {
          refused.add(answer);
        } else {
          assertThat(answer).startsWith("HTTP/1.1 408");
        }
      }
      assertThat(refused).isNotEmpty().hasSizeLessThan(5);
      assertThat(refused.getFirst()).contains("BODIES_EXHAUSTED", "retry-after: 1");
    } finally {
      for (Wire each : open) {
        each.close();
      }
    }
    await()
        .untilAsserted(
            () -> assertThat(metrics()).contains("kryonix_gateway_body_memory_bytes 0.0"));
  }

  @Test
  void jsonNestedWithoutEndIsRefused() throws IOException {
    for (String body :
        List.of(
            "[".repeat(100_000),
            "{\"inner\":".repeat(50_000),
            "{\"inner\":{\"child\":" + "{\"child\":".repeat(5_000))) {
      assertThat(
              ask(
                  "POST /v1/open",
                  "Content-Type: application/json\r\nContent-Length: %d\r\n"
                      .formatted(body.length()),
                  body))
          .startsWith("HTTP/1.1 400");
    }
  }

  private static String metrics() {
    String page = "http://127.0.0.1:" + gateway.managementPort() + "/metrics";
    return Gateway.send(HttpRequest.newBuilder(URI.create(page))).body();
  }

  private static String ask(String methodAndTarget, String headers, String... body)
      throws IOException {
    try (Wire wire = new Wire(gateway.httpPort())) {
      wire.send(
          methodAndTarget
              + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
              + headers
              + "\r\n"
              + String.join("", body));
      return wire.rest();
    }
  }
}
