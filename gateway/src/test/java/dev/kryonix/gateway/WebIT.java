package dev.kryonix.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.kryonix.gateway.echo.Note;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** gRPC-Web through the gateway, byte by byte as a browser's client meets it. */
class WebIT {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final String SERVICE = "/kryonix.echo.v1.EchoService/";
  private static final String BINARY = "application/grpc-web+proto";
  private static final String TEXT = "application/grpc-web-text";

  @Test
  void aUnaryCallAnswersAMessageAndThenItsTrailers() {
    Answer answer = call("Open", BINARY, frame(note("a")));

    assertThat(answer.messages()).containsExactly(note("a"));
    assertThat(answer.trailers()).contains("grpc-status: 0\r\n").contains("x-trailer-bin: AAH/");
    assertThat(answer.header("content-type")).isEqualTo(BINARY);
    assertThat(answer.header("x-answer")).isEqualTo("given");
  }

  @Test
  void theTextFormIsBase64InPiecesOfTheClientsOwnCut() {
    String first = Base64.getEncoder().encodeToString(Arrays.head(frame(note("text")), 4));
    String second = Base64.getEncoder().encodeToString(Arrays.tail(frame(note("text")), 4));

    Answer answer = call("Open", TEXT, (first + second).getBytes(US_ASCII));

    assertThat(answer.header("content-type")).startsWith(TEXT);
    assertThat(answer.messages()).containsExactly(note("text"));
    assertThat(answer.trailers()).contains("grpc-status: 0");
  }

  @Test
  void aServerStreamAnswersEachMessageInItsFrame() {
    Answer answer = call("Count", BINARY, frame(Note.newBuilder().setNumber(3).build()));

    assertThat(answer.messages()).extracting(Note::getNumber).containsExactly(1, 2, 3);
    assertThat(answer.trailers()).contains("grpc-status: 0");
  }

  @Test
  void aClientStreamTakesAllMessagesOfTheBody() {
    byte[] body =
        Arrays.joined(
            frame(Note.newBuilder().setNumber(1).build()),
            frame(Note.newBuilder().setNumber(2).build()));

    assertThat(call("Collect", BINARY, body).messages())
        .extracting(Note::getNumber)
        .containsExactly(3);
  }

  @Test
  void aRefusalStandsInTheHeadersWithItsDetails() {
    Answer answer = call("Open", BINARY, frame(note("fail")));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("grpc-status")).isEqualTo("5");
    assertThat(answer.header("grpc-message")).isEqualTo("No note 'the one asked for'.");
    assertThat(answer.header("grpc-status-details-bin")).isNotEmpty();
    assertThat(answer.messages()).isEmpty();
  }

  @Test
  void aStreamThatFailsLaterEndsWithTheErrorInItsTrailers() {
    Answer answer =
        call("Count", BINARY, frame(Note.newBuilder().setNumber(2).setId("fail").build()));

    assertThat(answer.messages()).hasSize(2);
    assertThat(answer.trailers())
        .contains("grpc-status: 5\r\n")
        .contains("grpc-message: No note 'next'.\r\n")
        .contains("grpc-status-details-bin: ");
  }

  @Test
  void metadataGoesAlongAndInternalNamesDoNot() {
    call(
        "Open",
        BINARY,
        frame(note("m")),
        Map.of(
            "x-call-id", "web-metadata",
            "x-own", "value",
            "x-own-bin", "AAH/",
            "x-kryonix-caller", "evil",
            "X_Kryonix_Caller", "evil",
            "cookie", "session=1"));

    assertThat(String.valueOf(Gateway.UPSTREAM.seen.get("web-metadata")))
        .contains("x-own=value")
        .contains("x-own-bin=AAH/")
        .doesNotContain("evil")
        .doesNotContain("session");
  }

  @Test
  void theDoorIsTheSame() {
    assertThat(call("Echo", BINARY, frame(note("a"))).header("grpc-status")).isEqualTo("16");
    assertThat(call("Secret", BINARY, frame(note("a"))).header("grpc-status")).isEqualTo("12");
    assertThat(call("Nothing", BINARY, frame(note("a"))).header("grpc-status")).isEqualTo("12");
    assertThat(
            call(
                    "Echo",
                    BINARY,
                    frame(note("a")),
                    Map.of("authorization", "Bearer " + Tokens.good()))
                .messages())
        .containsExactly(note("a"));
  }

  @Test
  void aTimeoutIsADeadlineAndAnAbsurdOneIsRefused() {
    assertThat(
            call("Open", BINARY, frame(note("slow")), Map.of("grpc-timeout", "200m"))
                .header("grpc-status"))
        .isEqualTo("4");
    assertThat(
            call("Open", BINARY, frame(note("a")), Map.of("grpc-timeout", "123456789S"))
                .header("grpc-status"))
        .isEqualTo("3");
    assertThat(
            call("Open", BINARY, frame(note("a")), Map.of("grpc-timeout", "99999999H")).messages())
        .containsExactly(note("a"));
  }

  @Test
  void whatIsNoFrameIsRefused() {
    assertThat(call("Open", BINARY, new byte[] {0x40, 0, 0, 0, 0}).header("grpc-status"))
        .isEqualTo("3");
    assertThat(call("Open", BINARY, new byte[] {0, 0, 0, 0, 9, 1}).header("grpc-status"))
        .isEqualTo("3");
    assertThat(call("Open", TEXT, "###!".getBytes(US_ASCII)).header("grpc-status")).isEqualTo("3");
    assertThat(
            call("Open", BINARY, new byte[] {0, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff})
                .header("grpc-status"))
        .isEqualTo("8");
    assertThat(
            send(Gateway.request(SERVICE + "Open").header("content-type", BINARY).GET()).status())
        .isEqualTo(405);
  }

  @Test
  void aReaderThatStopsHoldsUpTheServiceAndOneThatLeavesCancelsIt() throws IOException {
    int written = Gateway.UPSTREAM.written.get();
    int cancelled = Gateway.UPSTREAM.cancelled.get();
    byte[] body = frame(Note.newBuilder().setNumber(200_000).setSmallUnsigned(1024).build());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Gateway.HTTP_PORT)) {
      socket.setReceiveBufferSize(64 * 1024);
      socket
          .getOutputStream()
          .write(
              ("POST "
                      + SERVICE
                      + "Count HTTP/1.1\r\nhost: x\r\ncontent-type: "
                      + BINARY
                      + "\r\ncontent-length: "
                      + body.length
                      + "\r\n\r\n")
                  .getBytes(US_ASCII));
      socket.getOutputStream().write(body);
      assertThat(socket.getInputStream().read()).isEqualTo('H');

      await()
          .during(Duration.ofSeconds(2))
          .until(() -> Gateway.UPSTREAM.written.get() - written < 20_000);
    }
    await().until(() -> Gateway.UPSTREAM.cancelled.get() > cancelled);
  }

  @Test
  void aBrowserMayAskWhatItMaySend() {
    Answer preflight =
        send(
            Gateway.request(SERVICE + "Open")
                .header("origin", "https://app.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type,x-grpc-web,authorization")
                .method("OPTIONS", BodyPublishers.noBody()));
    Answer answer = call("Open", BINARY, frame(note("a")), Map.of("origin", "https://app.example"));
    Answer foreign =
        call("Open", BINARY, frame(note("a")), Map.of("origin", "https://evil.example"));

    assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://app.example");
    assertThat(preflight.header("access-control-allow-headers"))
        .contains("authorization")
        .contains("x-grpc-web");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://app.example");
    assertThat(answer.header("access-control-expose-headers")).contains("grpc-status");
    assertThat(foreign.header("access-control-allow-origin")).isEmpty();
  }

  private static Note note(String id) {
    return Note.newBuilder().setId(id).build();
  }

  private static byte[] frame(Note note) {
    byte[] message = note.toByteArray();
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static Answer call(String method, String type, byte[] body) {
    return call(method, type, body, Map.of());
  }

  private static Answer call(String method, String type, byte[] body, Map<String, String> headers) {
    HttpRequest.Builder request =
        Gateway.request(SERVICE + method)
            .header("content-type", type)
            .header("x-grpc-web", "1")
            .POST(BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    return send(request);
  }

  private static Answer send(HttpRequest.Builder request) {
    try {
      return new Answer(HTTP.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** An answer, with its frames taken apart. */
  private record Answer(HttpResponse<byte[]> http) {
    int status() {
      return http.statusCode();
    }

    String header(String name) {
      return String.join(", ", http.headers().allValues(name));
    }

    List<Note> messages() {
      List<Note> notes = new ArrayList<>();
      for (ByteBuffer frame : frames(false)) {
        try {
          notes.add(Note.parseFrom(frame));
        } catch (InvalidProtocolBufferException e) {
          throw new UncheckedIOException(e);
        }
      }
      return notes;
    }

    String trailers() {
      List<ByteBuffer> trailers = frames(true);
      assertThat(trailers).hasSize(1);
      return US_ASCII.decode(trailers.getFirst()).toString();
    }

    private List<ByteBuffer> frames(boolean trailers) {
      ByteBuffer body = ByteBuffer.wrap(plain());
      List<ByteBuffer> found = new ArrayList<>();
      while (body.hasRemaining()) {
        boolean last = body.get() < 0;
        int length = body.getInt();
        if (last == trailers) {
          found.add(body.slice(body.position(), length));
        }
        body.position(body.position() + length);
      }
      return found;
    }

    private byte[] plain() {
      if (!header("content-type").startsWith(TEXT)) {
        return http.body();
      }
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      byte[] text = http.body();
      for (int i = 0; i < text.length; i += 4) {
        plain.writeBytes(Base64.getDecoder().decode(java.util.Arrays.copyOfRange(text, i, i + 4)));
      }
      return plain.toByteArray();
    }
  }

  /** Parts of byte arrays. */
  private static final class Arrays {
    static byte[] head(byte[] bytes, int length) {
      return java.util.Arrays.copyOf(bytes, length);
    }

    static byte[] tail(byte[] bytes, int from) {
      return java.util.Arrays.copyOfRange(bytes, from, bytes.length);
    }

    static byte[] joined(byte[] a, byte[] b) {
      byte[] all = java.util.Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, all, a.length, b.length);
      return all;
    }
  }
}
