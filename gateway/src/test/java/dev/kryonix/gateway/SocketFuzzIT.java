package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.kryonix.gateway.SocketWire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Whatever bytes a client sends, its socket ends with a close frame or serves on: it never hangs,
 * and nothing of it is a defect.
 */
class SocketFuzzIT {
  /** What the other gateways of this JVM may speak of: their collectors, control planes, Redis. */
  private static final List<String> OF_OTHERS =
      List.of("dev.kryonix.kit.telemetry", "dev.kryonix.kit.state", "dev.kryonix.gateway.limit");

  private static final int SOCKETS = 2_000;
  private static final int MOST_FRAMES = 12;
  private static final String[] OFFERS = {
    "sec-websocket-protocol: kryonix.v1.json",
    "sec-websocket-protocol: kryonix.v1.proto",
    "sec-websocket-extensions: permessage-deflate"
  };
  private static final String[] HEADERS = {
    "sec-websocket-protocol",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-version",
    "origin",
    "authorization",
    "connection",
    "x-kryonix-tenant",
    "x-forwarded-for"
  };
  private static final String[] WORDS = {
    "permessage-deflate",
    "kryonix.v1.json",
    "kryonix.v1.proto",
    "ticket.",
    "server_max_window_bits",
    "client_max_window_bits",
    "server_no_context_takeover",
    "Bearer ",
    "https://app.example",
    "null",
    "Upgrade",
    "13",
    "a.b.c.d.e",
    "\"",
    "=",
    ";",
    ",",
    " ",
    "9",
    "-1",
    "x",
    "://",
    "\u00ff"
  };
  private static final String[] TEXTS = {
    "{}",
    "",
    "{\"id\":\"a\"}",
    "{\"id\":",
    "[]",
    "null",
    "\u0000",
    "{\"inner\":{\"child\":{}}}",
    "é"
  };

  @Test
  void randomFramesNeverHangASocketNorMakeADefect() throws Exception {
    withoutDefects(
        () -> {
          for (int seed = 0; seed < SOCKETS; seed++) {
            serveOrEnd(seed);
          }
        });
  }

  @Test
  void randomHandshakesAreAnsweredAndMakeNoDefect() throws Exception {
    withoutDefects(
        () -> {
          for (int seed = 0; seed < SOCKETS; seed++) {
            openOrRefuse(new Random(seed));
          }
        });
  }

  private static void withoutDefects(Tries tries) throws Exception {
    Gateway.get("/v1/open/a");
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try {
      tries.run();
    } finally {
      root.detachAppender(log);
    }
    assertThat(List.copyOf(log.list))
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .filteredOn(event -> OF_OTHERS.stream().noneMatch(event.getLoggerName()::startsWith))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEmpty();
    assertThat(Gateway.get("/v1/open/a").statusCode()).isEqualTo(200);
  }

  private interface Tries {
    void run() throws Exception;
  }

  private static void openOrRefuse(Random random) throws IOException {
    List<String> headers = new ArrayList<>();
    for (String name : HEADERS) {
      if (random.nextInt(3) == 0) {
        StringBuilder value = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
          value.append(WORDS[random.nextInt(WORDS.length)]);
        }
        headers.add(name + ": " + value);
      }
    }
    try (SocketWire wire = new SocketWire("/v1/chat", headers.toArray(String[]::new))) {
      assertThat(wire.head).as(headers.toString()).matches("(?s)HTTP/1.1 (101|400|401|403) .*");
      if (wire.isOpen()) {
        int close =
            wire.frame(SocketWire.FIN | SocketWire.CLOSE, new byte[] {3, (byte) 0xe8}).end();
        assertThat(close).as(headers.toString()).isEqualTo(1000);
      }
    }
  }

  private static void serveOrEnd(int seed) throws IOException {
    Random random = new Random(seed);
    try (SocketWire wire = new SocketWire("/v1/chat", OFFERS[random.nextInt(OFFERS.length)])) {
      assertThat(wire.isOpen()).isTrue();
      try {
        for (int i = random.nextInt(MOST_FRAMES); i >= 0; i--) {
          wire.write(frame(random));
        }
        // Whatever state that has left, a leave is answered, or the socket has ended already.
        wire.frame(SocketWire.FIN | SocketWire.CLOSE, new byte[] {3, (byte) 0xe8});
        wire.finish();
      } catch (SocketException e) {
        // It has ended while more was being sent.
      }
      // A socket that hangs would fail here, after the time that a read may take.
      boolean closed = false;
      for (Frame frame = wire.next(); frame != null; frame = wire.next()) {
        assertThat(closed).as("a frame behind the last of %s", seed).isFalse();
        closed = frame.type() == SocketWire.CLOSE;
      }
    }
  }

  private static byte[] frame(Random random) {
    byte[] payload =
        random.nextInt(3) == 0
            ? bytes(random, random.nextInt(200))
            : TEXTS[random.nextInt(TEXTS.length)].getBytes(StandardCharsets.UTF_8);
    int head =
        switch (random.nextInt(8)) {
          case 0 -> random.nextInt(256);
          case 1 -> SocketWire.TEXT;
          case 2 -> SocketWire.FIN | SocketWire.CONTINUATION;
          case 3 -> SocketWire.FIN | SocketWire.PING;
          case 4 -> SocketWire.FIN | SocketWire.RSV1 | SocketWire.TEXT;
          case 5 -> SocketWire.FIN | SocketWire.BINARY;
          default -> SocketWire.FIN | SocketWire.TEXT;
        };
    return switch (random.nextInt(12)) {
      case 0 -> bytes(random, 1 + random.nextInt(40));
      case 1 -> announced(head, random);
      default -> SocketWire.masked(head, payload);
    };
  }

  /** The start of a frame whose length is a lie. */
  private static byte[] announced(int head, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SocketWire.start(head, random.nextLong() >>> random.nextInt(64), 0x80));
    out.writeBytes(bytes(random, random.nextInt(20)));
    return out.toByteArray();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
