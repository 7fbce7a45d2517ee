package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.kit.server.RequestMemory;
import dev.kryonix.kit.server.ServerConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.flow.FlowControlHandler;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes sockets of requests that have been let in. */
@Singleton
@SuppressWarnings("FutureReturnValueIgnored") // A handshake that fails closes the connection.
final class Sockets {
  private final Messages messages;
  private final Answers answers;
  private final SocketConfig config;
  private final EdgeConfig edge;
  private final RequestMemory memory;
  private final int maxBytes;
  private final AtomicInteger open = new AtomicInteger();

  Sockets(
      Messages messages,
      Answers answers,
      SocketConfig config,
      EdgeConfig edge,
      RequestMemory memory,
      ServerConfig server,
      MeterRegistry metrics) {
    this.messages = messages;
    this.answers = answers;
    this.config = config;
    this.edge = edge;
    this.memory = memory;
    this.maxBytes = server.maxMessageBytes();
    Gauge.builder("kryonix.gateway.sockets", open, AtomicInteger::get)
        .description("WebSockets that are open.")
        .register(metrics);
  }

  Messages messages() {
    return messages;
  }

  Answers answers() {
    return answers;
  }

  /** Makes the connection a socket; null when its client has gone. On the event loop. */
  @Nullable Socket open(HttpExchange exchange, Opening opening, SocketCall call) {
    SocketMemory held = new SocketMemory(memory);
    Socket socket = new Socket(call, maxBytes, config, edge, held);
    // Whatever the client says wrongly must be found while there is HTTP to answer it.
    Optional<WebSocketServerExtension> deflate = Deflate.agreed(opening.head().headers(), maxBytes);
    HttpHeaders headers = headers(exchange, deflate);
    Handshaker handshaker = new Handshaker(opening, maxBytes, deflate.isPresent(), held);
    boolean upgraded =
        exchange.upgrade(
            channel -> {
              count(channel);
              handlers(channel, deflate, socket);
              handshaker.handshake(channel, request(opening), headers, channel.newPromise());
            },
            call::goAway);
    return upgraded ? socket : null;
  }

  private void count(Channel channel) {
    open.incrementAndGet();
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
  }

  private static HttpHeaders headers(
      HttpExchange exchange, Optional<WebSocketServerExtension> deflate) {
    HttpHeaders headers = new DefaultHttpHeaders().add(exchange.added());
    headers.remove(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    deflate.ifPresent(
        extension ->
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, Deflate.header(extension)));
    return headers;
  }

  private static void handlers(
      Channel channel, Optional<WebSocketServerExtension> deflate, Socket socket) {
    // From here on a frame is read when it is asked for.
    channel.config().setAutoRead(false);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(new FlowControlHandler());
    deflate.ifPresent(
        extension ->
            pipeline.addLast(extension.newExtensionDecoder(), extension.newExtensionEncoder()));
    pipeline.addLast(new Utf8FrameValidator(false), socket);
  }

  private static FullHttpRequest request(Opening opening) {
    return new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1,
        HttpMethod.GET,
        opening.head().path(),
        Unpooled.EMPTY_BUFFER,
        opening.head().headers(),
        EmptyHttpHeaders.INSTANCE);
  }
}
