package dev.kryonix.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection in stages (RFC 9112, section 9.6): a client that is still sending, a body
 * over the limit say, would lose the answer to a reset. So the writing half closes first, and what
 * still comes in is dropped until the client closes, or for a moment at most.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Whatever fails here leaves a closed connection.
public final class LingeringClose extends ChannelInboundHandlerAdapter {
  private static final long MILLIS = 2_000;

  private LingeringClose() {}

  /** Closes the connection of an answer that has been written. */
  public static void after(ChannelFuture written) {
    Channel channel = written.channel();
    if (channel instanceof Http2StreamChannel && written.isSuccess()) {
      // The answer is whole; only the rest of the request is not wanted (RFC 9113, section 8.1).
      channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
      return;
    }
    if (!written.isSuccess() || !(channel instanceof DuplexChannel duplex)) {
      channel.close();
      return;
    }
    channel.pipeline().addFirst(new LingeringClose());
    duplex.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    channel.config().setAutoRead(true);
    channel.eventLoop().schedule(() -> channel.close(), MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    ReferenceCountUtil.release(bytes);
  }
}
