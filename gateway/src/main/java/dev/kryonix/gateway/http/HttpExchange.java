package dev.kryonix.gateway.http;

import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.transcode.HttpContent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: either written whole, or begun, written piece by piece, and ended.
 * Any thread may write.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the connection, which is noticed there.
public final class HttpExchange {
  private final ChannelHandlerContext ctx;
  private final HttpConnection connection;
  private final HttpRequestHead request;
  private final CallRecord record;
  private final HttpHeaders added = new DefaultHttpHeaders();
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile @Nullable Runnable onWritable;
  private volatile @Nullable Runnable onGone;
  private volatile boolean gone;
  private volatile boolean bodyComplete;
  private volatile boolean closing;
  private volatile boolean ended;
  private long reserved;

  HttpExchange(
      ChannelHandlerContext ctx,
      HttpConnection connection,
      HttpRequestHead request,
      CallRecord record) {
    this.record = record;
    this.ctx = ctx;
    this.connection = connection;
    this.request = request;
    this.closing = !request.keepAlive();
  }

  public HttpRequestHead request() {
    return request;
  }

  /** What the access log will say of it. */
  public CallRecord record() {
    return record;
  }

  /** Where the connection comes from. */
  public SocketAddress remoteAddress() {
    return ctx.channel().remoteAddress();
  }

  /** Adds a header to the answer, whatever the answer will be. Before it is given. */
  public void addHeader(String name, String value) {
    added.set(name, value);
  }

  /**
   * Writes the whole answer. The first answer stands: a refusal may race with the end of its call.
   */
  public void answer(int status, HttpContent content, Map<String, String> headers) {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            request.isHead() ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(content.bytes()));
    if (status != HttpResponseStatus.NO_CONTENT.code()
        && status != HttpResponseStatus.NOT_MODIFIED.code()) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, content.type());
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, content.bytes().length);
    }
    headers.forEach(response.headers()::set);
    record.httpStatus(status);
    record.answerPart(content.bytes().length);
    boolean last = isLast();
    common(response, last);
    end(ctx.writeAndFlush(response), last);
  }

  /** Begins an answer of unknown length, unless there is an answer already. */
  public boolean begin(String contentType, HttpHeaders headers) {
    if (!begun.compareAndSet(false, true)) {
      return false;
    }
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    record.httpStatus(HttpResponseStatus.OK.code());
    response.headers().add(headers);
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    if (request.chunked() && !request.isHead()) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    closing = isLast() || !request.chunked();
    common(response, closing);
    ctx.writeAndFlush(response, ctx.voidPromise());
    return true;
  }

  /** Writes a piece of an answer that was begun. */
  public void write(byte[]... parts) {
    ByteBuf piece = Unpooled.wrappedBuffer(parts);
    record.answerPart(piece.readableBytes());
    if (!request.isHead() && piece.isReadable()) {
      ctx.writeAndFlush(new DefaultHttpContent(piece), ctx.voidPromise());
    }
  }

  /** Ends an answer that was begun. */
  public void end() {
    end(ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT), closing);
  }

  /** Whether the client keeps up. */
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  /** Calls when the client may have caught up. */
  public void onWritable(Runnable action) {
    onWritable = action;
  }

  /** Calls when the client has gone, at once if it has gone already. */
  public void onGone(Runnable action) {
    onGone = action;
    if (gone) {
      action.run();
    }
  }

  /** Reads no more of the request's body for now, but for what has been read already. */
  public void pauseBody() {
    execute(() -> connection.pause(ctx, true));
  }

  public void resumeBody() {
    execute(() -> connection.pause(ctx, false));
  }

  /** The headers that the answer gets, whatever it will be. */
  public HttpHeaders added() {
    return added;
  }

  /**
   * Makes the connection another protocol's, instead of answering. On the event loop, once the
   * request is complete.
   *
   * @param handlers puts the other protocol's handlers where those of HTTP requests were
   * @param ending runs when the process ends and the connection goes on, on any thread
   * @return false when there is an answer already, or the client has gone
   */
  public boolean upgrade(Consumer<Channel> handlers, Runnable ending) {
    if (!begun.compareAndSet(false, true) || !connection.upgrade(ctx, ending)) {
      return false;
    }
    handlers.accept(ctx.channel());
    return true;
  }

  /** Cuts an answer off, so that the client cannot take it for whole. */
  public void abort() {
    ctx.close();
  }

  /** Runs on the connection's event loop: now when called on it, soon otherwise. */
  public void execute(Runnable action) {
    if (ctx.executor().inEventLoop()) {
      action.run();
    } else {
      ctx.executor().execute(action);
    }
  }

  public Future<?> after(long millis, Runnable action) {
    return ctx.executor().schedule(action, millis, TimeUnit.MILLISECONDS);
  }

  public Future<?> every(long millis, Runnable action) {
    return ctx.executor().scheduleWithFixedDelay(action, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** Whether the answer has been given, at least its beginning. */
  boolean isBegun() {
    return begun.get();
  }

  /** Whether the answer has been given whole. */
  boolean isEnded() {
    return ended;
  }

  /** Tells a client that waits for it to send the body, unless the answer is given already. */
  void expectBody() {
    if (request.expectsContinue() && !isBegun()) {
      ctx.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  /**
   * Charges bytes of the request that are kept to the budget of all; refuses when that is spent.
   * What is not given back before is when the request is over. On the event loop only.
   */
  public void reserve(long bytes) {
    connection.memory().reserve(bytes);
    reserved += bytes;
  }

  /** Gives back what was reserved. On the event loop only. */
  public void release(long bytes) {
    connection.memory().release(bytes);
    reserved -= bytes;
  }

  void releaseMemory() {
    release(reserved);
  }

  void bodyIsComplete() {
    bodyComplete = true;
  }

  void closeBehindAnswer() {
    closing = true;
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

  /** A long body that nobody wants any more is not worth the connection. */
  private boolean isLast() {
    long length = request.contentLength();
    boolean shortBody = length >= 0 && length <= HttpConnection.DROPPED_BYTES;
    return closing || connection.isLast() || !(bodyComplete || shortBody);
  }

  private void end(ChannelFuture writing, boolean close) {
    ended = true;
    execute(connection::answered);
    if (close) {
      writing.addListener((ChannelFutureListener) LingeringClose::after);
    } else {
      writing.addListener(future -> ctx.executor().execute(() -> connection.written(ctx)));
    }
  }

  private void common(HttpResponse response, boolean close) {
    response.headers().setAll(added);
    response.headers().set("x-content-type-options", "nosniff");
    if (close) {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }
}
