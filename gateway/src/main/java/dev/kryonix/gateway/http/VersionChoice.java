package dev.kryonix.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells HTTP/2 from HTTP/1.1 by the first bytes of a connection: the preface of HTTP/2 (RFC 9113,
 * section 3.4) is no request of HTTP/1.1. So both are served on one port, encrypted or not, with no
 * upgrade.
 */
final class VersionChoice extends ByteToMessageDecoder {
  private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

  private final Consumer<ChannelHandlerContext> http1;
  private final Consumer<ChannelHandlerContext> http2;

  /** What is given adds the handlers of its version behind this one. */
  VersionChoice(Consumer<ChannelHandlerContext> http1, Consumer<ChannelHandlerContext> http2) {
    this.http1 = http1;
    this.http2 = http2;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int start = in.readerIndex();
    int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
    boolean same = true;
    for (int i = 0; i < length; i++) {
      same &= in.getByte(start + i) == PREFACE.getByte(i);
    }
    if (same && length < PREFACE.readableBytes()) {
      return;
    }
    (same ? http2 : http1).accept(ctx);
    ctx.pipeline().remove(this);
  }
}
