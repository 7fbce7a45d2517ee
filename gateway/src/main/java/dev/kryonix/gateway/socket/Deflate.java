package dev.kryonix.gateway.socket;

import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilter;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilterProvider;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compression of messages (RFC 7692), when the client offers it. Neither side keeps its window from
 * one message to the next: with it, each idle socket would hold some 300 KiB of zlib.
 */
final class Deflate {
  private static final List<String> FORGETTING =
      List.of("server_no_context_takeover", "client_no_context_takeover");

  private static final String NAME = "permessage-deflate";
  private static final int LEVEL = 6;

  /** Below it, compressing takes more than it saves. */
  private static final int FROM_BYTES = 1024;

  private static final WebSocketExtensionFilterProvider FILTERS =
      new WebSocketExtensionFilterProvider() {
        @Override
        public WebSocketExtensionFilter encoderFilter() {
          return frame -> frame.content().readableBytes() < FROM_BYTES;
        }

        @Override
        public WebSocketExtensionFilter decoderFilter() {
          return WebSocketExtensionFilter.NEVER_SKIP;
        }
      };

  private Deflate() {}

  /**
   * The extension that is agreed on with the client.
   *
   * @param maxBytes what a frame may grow to
   */
  static Optional<WebSocketServerExtension> agreed(HttpHeaders headers, int maxBytes) {
    var handshaker =
        new PerMessageDeflateServerExtensionHandshaker(
            LEVEL,
            ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(),
            PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE,
            true,
            true,
            FILTERS,
            maxBytes);
    for (String line : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
      for (String offer : line.split(",", -1)) {
        @Nullable WebSocketServerExtension agreed = agreed(handshaker, offer.strip());
        if (agreed != null) {
          return Optional.of(agreed);
        }
      }
    }
    return Optional.empty();
  }

  /** An offer that makes no sense is declined like one that does not suit (RFC 7692, section 5). */
  private static @Nullable WebSocketServerExtension agreed(
      PerMessageDeflateServerExtensionHandshaker handshaker, String offer) {
    // Netty's parser cannot read an offer without a name.
    if (!offer.startsWith(NAME)) {
      return null;
    }
    try {
      return handshaker.handshakeExtension(
          forgetting(WebSocketExtensionUtil.extractExtensions(offer).getFirst()));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** What the client is told of it. */
  static String header(WebSocketServerExtension extension) {
    StringBuilder text = new StringBuilder(extension.newReponseData().name());
    extension
        .newReponseData()
        .parameters()
        .forEach(
            (name, value) ->
                text.append(';').append(name).append(value == null ? "" : "=" + value));
    return text.toString();
  }

  /** A server may say so of both sides unasked (RFC 7692, section 7.1.1). */
  private static WebSocketExtensionData forgetting(WebSocketExtensionData offer) {
    Map<String, String> parameters = new HashMap<>(offer.parameters());
    FORGETTING.forEach(each -> parameters.put(each, null));
    return new WebSocketExtensionData(offer.name(), parameters);
  }
}
