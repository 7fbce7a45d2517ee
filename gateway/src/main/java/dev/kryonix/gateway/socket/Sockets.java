package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.edge.BodyMemory;
import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.gateway.http.Answers;
import dev.kryonix.gateway.http.HttpExchange;
import dev.kryonix.kit.server.ServerConfig;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.flow.FlowControlHandler;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes sockets of requests that have been let in. */
@Singleton
@SuppressWarnings("FutureReturnValueIgnored") // A handshake that fails closes the connection.
final class Sockets {
  private final Messages messages;
  private final Answers answers;
  private final SocketConfig config;
  private final EdgeConfig edge;
  private final BodyMemory memory;
  private final int maxBytes;

  Sockets(
      Messages messages,
      Answers answers,
      SocketConfig config,
      EdgeConfig edge,
      BodyMemory memory,
      ServerConfig server) {
    this.messages = messages;
    this.answers = answers;
    this.config = config;
    this.edge = edge;
    this.memory = memory;
    this.maxBytes = server.maxMessageBytes();
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
    boolean upgraded =
        exchange.upgrade(
            channel -> handshake(channel, opening, exchange.added(), socket, held), call::goAway);
    return upgraded ? socket : null;
  }

  private void handshake(
      Channel channel, Opening opening, HttpHeaders headers, Socket socket, SocketMemory held) {
    HttpHeaders asked = opening.head().headers();
    Optional<WebSocketServerExtension> deflate = Deflate.agreed(asked, maxBytes);
    // From here on a frame is read when it is asked for.
    channel.config().setAutoRead(false);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(new FlowControlHandler());
    HttpHeaders answer =
        new DefaultHttpHeaders().add(headers).remove(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    deflate.ifPresent(
        extension -> {
          pipeline.addLast(extension.newExtensionDecoder(), extension.newExtensionEncoder());
          answer.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, Deflate.header(extension));
        });
    pipeline.addLast(new Utf8FrameValidator(false), socket);
    new Handshaker(opening, maxBytes, deflate.isPresent(), held)
        .handshake(
            channel,
            new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.GET,
                opening.head().path(),
                Unpooled.EMPTY_BUFFER,
                asked,
                EmptyHttpHeaders.INSTANCE),
            answer,
            channel.newPromise());
  }
}
