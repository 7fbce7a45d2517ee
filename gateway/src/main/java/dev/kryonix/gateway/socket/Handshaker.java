package dev.kryonix.gateway.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import java.util.List;

/** Netty's handshake, with a decoder that charges for the frame that it waits for. */
final class Handshaker extends WebSocketServerHandshaker13 {
  private final SocketMemory memory;

  Handshaker(Opening opening, int maxBytes, boolean extended, SocketMemory memory) {
    super(
        opening.head().path(),
        opening.named() ? opening.subprotocol().token() : null,
        WebSocketDecoderConfig.newBuilder()
            .maxFramePayloadLength(maxBytes)
            .expectMaskedFrames(true)
            .allowMaskMismatch(false)
            .allowExtensions(extended)
            // The socket closes itself, with a status; and UTF-8 is checked behind the inflater.
            .closeOnProtocolViolation(false)
            .withUTF8Validator(false)
            .build());
    this.memory = memory;
  }

  @Override
  protected WebSocketFrameDecoder newWebsocketDecoder() {
    return new ChargingDecoder(decoderConfig(), memory);
  }

  private static final class ChargingDecoder extends WebSocket13FrameDecoder {
    private final SocketMemory memory;

    ChargingDecoder(WebSocketDecoderConfig config, SocketMemory memory) {
      super(config);
      this.memory = memory;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
        throws Exception {
      super.decode(ctx, in, out);
      memory.frame(out.isEmpty() ? in.readableBytes() : 0);
    }
  }
}
