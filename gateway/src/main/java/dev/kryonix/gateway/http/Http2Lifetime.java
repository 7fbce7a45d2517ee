package dev.kryonix.gateway.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection of HTTP/2 that is too old, or that has had no streams for too long. Its codec
 * then sends GOAWAY and lets what runs finish.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What fails here leaves a closed connection.
final class Http2Lifetime extends IdleStateHandler {
  private final Http2FrameCodec codec;
  private final Duration age;
  private @Nullable Future<?> end;

  Http2Lifetime(Http2FrameCodec codec, Duration idle, Duration age) {
    super(0, 0, idle.toMillis(), TimeUnit.MILLISECONDS);
    this.codec = codec;
    this.age = age;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    super.handlerAdded(ctx);
    end =
        ctx.executor().schedule(() -> ctx.channel().close(), age.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
    super.handlerRemoved(ctx);
    if (end != null) {
      end.cancel(false);
    }
  }

  @Override
  protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent event) {
    if (codec.connection().numActiveStreams() == 0) {
      ctx.channel().close();
    }
  }
}
