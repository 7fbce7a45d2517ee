package dev.kryonix.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A WebSocket as the JDK opens it, with what it got. */
final class SocketClient implements WebSocket.Listener {
  static final String JSON = "kryonix.v1.json";
  static final String PROTO = "kryonix.v1.proto";

  /** The close frame of the gateway. */
  record Closed(int code, String reason) {}

  private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
  private final BlockingQueue<byte[]> bytes = new LinkedBlockingQueue<>();
  private final CompletableFuture<Closed> closed = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final boolean eager;
  private @Nullable WebSocket socket;

  private SocketClient(boolean eager) {
    this.eager = eager;
  }

  /** Opens a socket with a good token. */
  static SocketClient open(String path, String... protocols) {
    return open(true, path, b -> b.header("authorization", "Bearer " + Tokens.good()), protocols);
  }

  /**
   * Opens a socket.
   *
   * @param eager whether it reads as fast as it can; otherwise only what {@link #read} asks for
   */
  static SocketClient open(
      boolean eager, String path, UnaryOperator<WebSocket.Builder> with, String... protocols) {
    return open(Gateway.HTTP_PORT, eager, path, with, protocols);
  }

  static SocketClient open(
      int port,
      boolean eager,
      String path,
      UnaryOperator<WebSocket.Builder> with,
      String... protocols) {
    SocketClient client = new SocketClient(eager);
    WebSocket.Builder builder =
        with.apply(
            HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10)));
    if (protocols.length > 0) {
      builder.subprotocols(protocols[0], Arrays.copyOfRange(protocols, 1, protocols.length));
    }
    client.socket = builder.buildAsync(URI.create("ws://127.0.0.1:" + port + path), client).join();
    return client;
  }

  WebSocket socket() {
    if (socket == null) {
      throw new IllegalStateException("not open");
    }
    return socket;
  }

  SocketClient send(String message) {
    socket().sendText(message, true).join();
    return this;
  }

  SocketClient send(byte[] message) {
    socket().sendBinary(ByteBuffer.wrap(message), true).join();
    return this;
  }

  /** There are no more messages. */
  SocketClient complete() {
    return send("");
  }

  void read(long frames) {
    socket().request(frames);
  }

  /** The next text message. */
  String text() throws InterruptedException {
    String next = texts.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no text came; closed: " + closed);
    }
    return next;
  }

  /** The next binary message. */
  byte[] bytes() throws InterruptedException {
    byte[] next = bytes.poll(20, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no bytes came; closed: " + closed);
    }
    return next;
  }

  /** How many messages have come that nobody has looked at. */
  int waiting() {
    return texts.size() + bytes.size();
  }

  Closed closed() {
    return closed.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Override
  public void onOpen(WebSocket of) {
    if (eager) {
      of.request(Long.MAX_VALUE);
    }
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket of, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      texts.add(text.toString());
      text.setLength(0);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket of, ByteBuffer data, boolean last) {
    byte[] part = new byte[data.remaining()];
    data.get(part);
    binary.writeBytes(part);
    if (last) {
      bytes.add(binary.toByteArray());
      binary.reset();
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket of, int code, String reason) {
    closed.complete(new Closed(code, reason));
    return null;
  }

  @Override
  public void onError(WebSocket of, Throwable error) {
    closed.completeExceptionally(error instanceof IOException ? error : new IOException(error));
  }
}
