package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.transcode.HttpContent;
import dev.kryonix.kit.errors.CommonErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One client connection of HTTP/1.1. Requests are answered in their order, one at a time: while one
 * runs, what was read of the next ones waits, and nothing more is read.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the connection, which is noticed here.
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private final RestHandler handler;
  private final Running running;
  private final int maxBodyBytes;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private @Nullable HttpRequestHead head;
  private @Nullable CompositeByteBuf body;
  private @Nullable HttpExchange current;

  HttpConnection(RestHandler handler, Running running, int maxBodyBytes) {
    this.handler = handler;
    this.running = running;
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (current != null) {
      waiting.add(message);
      ctx.channel().config().setAutoRead(false);
      return;
    }
    try {
      take(ctx, message);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest start) {
      begin(ctx, start);
    }
    HttpRequestHead request = head;
    if (request == null || !(message instanceof io.netty.handler.codec.http.HttpContent content)) {
      return;
    }
    CompositeByteBuf collected = body;
    if (collected == null) {
      throw new IllegalStateException("a head without a body");
    }
    ByteBuf part = content.content();
    if (collected.readableBytes() + part.readableBytes() > maxBodyBytes) {
      refuseBody(ctx, request);
      return;
    }
    if (part.isReadable()) {
      collected.addComponent(true, part.retain());
    }
    if (content instanceof LastHttpContent last) {
      if (last.decoderResult().isFailure()) {
        refuse(ctx, request, "the body's encoding is broken");
        return;
      }
      byte[] bytes = new byte[collected.readableBytes()];
      collected.readBytes(bytes);
      forget();
      HttpExchange exchange = new HttpExchange(ctx, request, () -> finished(ctx));
      current = exchange;
      running.begun();
      handler.handle(
          exchange, new HttpContent(request.header(HttpHeaderNames.CONTENT_TYPE), bytes));
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest request) {
    HttpRequestHead next = HttpRequestHead.of(request);
    if (request.decoderResult().isFailure()) {
      refuse(ctx, next, "the request line or a header is malformed or too long");
      return;
    }
    if (HttpUtil.getContentLength(request, 0L) > maxBodyBytes) {
      refuseBody(ctx, next);
      return;
    }
    head = next;
    body = Unpooled.compositeBuffer(Integer.MAX_VALUE);
    if (HttpUtil.is100ContinueExpected(request)) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void refuseBody(ChannelHandlerContext ctx, HttpRequestHead request) {
    forget();
    HttpExchange exchange = lastExchange(ctx, request);
    handler.refuse(exchange, CommonErrors.messageTooLarge(maxBodyBytes));
  }

  private void refuse(ChannelHandlerContext ctx, HttpRequestHead request, String what) {
    forget();
    handler.refuse(lastExchange(ctx, request), RestErrors.malformed(what));
  }

  /**
   * What follows on the connection cannot be told apart any more, so it closes behind the answer.
   */
  private HttpExchange lastExchange(ChannelHandlerContext ctx, HttpRequestHead request) {
    ctx.channel().config().setAutoRead(false);
    HttpRequestHead last =
        new HttpRequestHead(
            request.method(), request.path(), request.query(), request.headers(), false, true);
    HttpExchange exchange = new HttpExchange(ctx, last, () -> {});
    current = exchange;
    running.begun();
    return exchange;
  }

  private void finished(ChannelHandlerContext ctx) {
    release();
    while (current == null && !waiting.isEmpty()) {
      Object message = waiting.remove();
      try {
        take(ctx, message);
      } finally {
        ReferenceCountUtil.release(message);
      }
    }
    if (current == null) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (current != null) {
      current.writabilityChanged();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (current != null) {
      current.clientGone();
      release();
    }
    forget();
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset connection, mostly; the client is not there to be told.
    ctx.close();
  }

  /** The exchange is over: answered, or its client is gone. */
  private void release() {
    if (current != null) {
      current = null;
      running.ended();
    }
  }

  private void forget() {
    head = null;
    if (body != null) {
      body.release();
      body = null;
    }
  }
}
