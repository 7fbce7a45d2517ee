package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** HTTP/2 on the HTTP port without TLS, from clients that know it is spoken there. */
class Http2IT {
  @Test
  void requestsAndAnswersPassOnStreams() throws IOException {
    try (Wire wire = Wire.http2(Gateway.HTTP_PORT)) {
      wire.frame(Wire.HEADERS, 5, 1, get("/v1/open/one"));
      wire.frame(Wire.HEADERS, 5, 3, get("/v1/count/2"));

      StringBuilder one = new StringBuilder();
      StringBuilder two = new StringBuilder();
      for (int ends = 0; ends < 2; ) {
        Wire.Frame frame = Objects.requireNonNull(wire.next());
        if (frame.type() == Wire.DATA) {
          (frame.stream() == 1 ? one : two)
              .append(new String(frame.payload(), StandardCharsets.UTF_8));
        }
        if (frame.type() <= Wire.HEADERS && (frame.flags() & Wire.END_STREAM) != 0) {
          ends++;
        }
      }
      assertThat(one).hasToString("{\"id\":\"one\"}");
      assertThat(two).hasToString("[{\"number\":1},{\"number\":2}]");
    }
  }

  @Test
  void aBodyOverTheLimitIsAnsweredAndTheRestOfItNotWanted() throws IOException {
    try (Wire wire = Wire.http2(Gateway.HTTP_PORT)) {
      wire.frame(
          Wire.HEADERS,
          Wire.END_HEADERS,
          1,
          Wire.block(
              ":method",
              "POST",
              ":scheme",
              "http",
              ":path",
              "/v1/open",
              ":authority",
              "x",
              "content-length",
              "20000000"));
      wire.frame(Wire.DATA, 0, 1, new byte[10]);

      assertThat(new String(wire.next(Wire.DATA).payload(), StandardCharsets.UTF_8))
          .contains("MESSAGE_TOO_LARGE");
      assertThat(wire.next(Wire.RST_STREAM).error()).as("NO_ERROR").isZero();
      wire.frame(Wire.HEADERS, 5, 3, get("/v1/open/a"));
      assertThat(wire.next(Wire.DATA).stream()).isEqualTo(3);
    }
  }

  @Test
  void aStreamThatIsNotReadHoldsUpItsServiceAndNoOtherStream() throws IOException {
    EchoUpstream upstream = Gateway.UPSTREAM;
    int written = upstream.written.get();
    int cancelled = upstream.cancelled.get();
    try (Wire wire = Wire.http2(Gateway.HTTP_PORT)) {
      // Room for other streams; the first keeps its 64 KiB.
      wire.frame(8, 0, 0, new byte[] {0x10, 0, 0, 0});
      wire.frame(Wire.HEADERS, 5, 1, get("/v1/count/200000?smallUnsigned=1024"));
      await().during(Duration.ofSeconds(1)).until(() -> upstream.written.get() - written < 20_000);

      wire.frame(Wire.HEADERS, 5, 3, get("/v1/open/a"));
      Wire.Frame frame = wire.next(Wire.DATA);
      while (frame.stream() != 3) {
        frame = wire.next(Wire.DATA);
      }
      assertThat(new String(frame.payload(), StandardCharsets.UTF_8)).isEqualTo("{\"id\":\"a\"}");

      wire.frame(Wire.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});
      await().until(() -> upstream.cancelled.get() > cancelled);
    }
  }

  @Test
  void headersThatBelongToAConnectionAreRefused() throws IOException {
    try (Wire wire = Wire.http2(Gateway.HTTP_PORT)) {
      byte[] bad =
          Wire.block(
              ":method",
              "GET",
              ":scheme",
              "http",
              ":path",
              "/v1/open/a",
              ":authority",
              "x",
              "transfer-encoding",
              "chunked");
      wire.frame(Wire.HEADERS, 5, 1, bad);

      assertThat(wire.next(Wire.RST_STREAM).error()).as("PROTOCOL_ERROR").isEqualTo(1);
    }
  }

  private static byte[] get(String path) {
    return Wire.block(":method", "GET", ":scheme", "http", ":path", path, ":authority", "x");
  }
}
