package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.transcode.HttpContent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: either written whole, or begun, written piece by piece, and ended.
 * Any thread may write.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the connection, which is noticed there.
final class HttpExchange {
  private final ChannelHandlerContext ctx;
  private final HttpRequestHead request;
  private final Runnable finished;
  private volatile @Nullable Runnable onWritable;
  private volatile @Nullable Runnable onGone;
  private volatile boolean gone;
  private final AtomicBoolean answered = new AtomicBoolean();

  HttpExchange(ChannelHandlerContext ctx, HttpRequestHead request, Runnable finished) {
    this.ctx = ctx;
    this.request = request;
    this.finished = finished;
  }

  HttpRequestHead request() {
    return request;
  }

  /**
   * Writes the whole answer. The first answer stands: a refusal may race with the end of its call.
   */
  void answer(int status, HttpContent content, Map<String, String> headers) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            request.isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content.bytes()));
    if (status != HttpResponseStatus.NO_CONTENT.code()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, content.type());
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, content.bytes().length);
    }
    headers.forEach(response.headers()::set);
    common(response, request.keepAlive());
    end(ctx.writeAndFlush(response), request.keepAlive());
  }

  /** Begins an answer of unknown length. */
  void begin(String contentType) {
    answered.set(true);
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    if (request.chunked()) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    common(response, keepsAliveWhenStreamed());
    ctx.writeAndFlush(response, ctx.voidPromise());
  }

  /** Writes a piece of an answer that was begun. */
  void write(byte[]... parts) {
    ByteBuf piece = Unpooled.wrappedBuffer(parts);
    if (!request.isHead() && piece.isReadable()) {
      ctx.writeAndFlush(new DefaultHttpContent(piece), ctx.voidPromise());
    }
  }

  /** Ends an answer that was begun. */
  void end() {
    end(ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), keepsAliveWhenStreamed());
  }

  /** Whether the client keeps up. */
  boolean isWritable() {
    return ctx.channel().isWritable();
  }

  /** Calls when the client may have caught up. */
  void onWritable(Runnable action) {
    onWritable = action;
  }

  /** Calls when the client has gone, at once if it has gone already. */
  void onGone(Runnable action) {
    onGone = action;
    if (gone) {
      action.run();
    }
  }

  /** Cuts an answer off, so that the client cannot take it for whole. */
  void abort() {
    ctx.close();
  }

  Future<?> after(long millis, Runnable action) {
    return ctx.executor().schedule(action, millis, TimeUnit.MILLISECONDS);
  }

  Future<?> every(long millis, Runnable action) {
    return ctx.executor().scheduleWithFixedDelay(action, millis, millis, TimeUnit.MILLISECONDS);
  }

  void writabilityChanged() {
    Runnable action = onWritable;
    if (action != null && isWritable()) {
      action.run();
    }
  }

  void clientGone() {
    gone = true;
    Runnable action = onGone;
    if (action != null) {
      action.run();
    }
  }

  private boolean keepsAliveWhenStreamed() {
    return request.keepAlive() && request.chunked();
  }

  private void end(ChannelFuture written, boolean keepAlive) {
    if (keepAlive) {
      written.addListener(future -> ctx.executor().execute(finished));
    } else {
      written.addListener((ChannelFutureListener) LingeringClose::after);
    }
  }

  private static void common(HttpResponse response, boolean keepAlive) {
    response.headers().set("x-content-type-options", "nosniff");
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
