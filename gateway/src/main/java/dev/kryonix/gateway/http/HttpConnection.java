package dev.kryonix.gateway.http;

import dev.kryonix.gateway.access.AccessLog;
import dev.kryonix.gateway.access.CallRecord;
import dev.kryonix.gateway.access.Protocol;
import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.errors.WireErrors;
import dev.kryonix.kit.server.RequestMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.cors.CorsHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client connection of HTTP/1.1, or one stream of HTTP/2. Requests are answered in their order,
 * one at a time: while one runs, what was read of the next ones waits, and nothing more is read.
 * Everything here runs on the connection's event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  /** So much of a body that nobody wants is read to keep the connection; a longer one closes it. */
  static final int DROPPED_BYTES = 64 * 1024;

  private final List<Entrance> entrances;
  private final Answers answers;
  private final Running running;
  private final Pace pace;
  private final BooleanSupplier last;
  private final RequestMemory memory;
  private final AccessLog log;
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private @Nullable HttpExchange current;
  private RequestBody body = RequestBody.NONE;
  private boolean bodyOpen;
  private boolean written;
  private boolean paused;
  private int dropped;

  /**
   * @param pace what holds the client to its pace
   * @param last whether the connection shall end with the next answer
   * @param memory what bodies are charged to
   * @param log notes every request
   */
  HttpConnection(
      List<Entrance> entrances,
      Answers answers,
      Running running,
      Pace pace,
      BooleanSupplier last,
      RequestMemory memory,
      AccessLog log) {
    this.log = log;
    this.entrances = entrances;
    this.answers = answers;
    this.running = running;
    this.pace = pace;
    this.last = last;
    this.memory = memory;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (current != null && !bodyOpen) {
      waiting.add(message);
      read(ctx);
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
    HttpExchange exchange = current;
    if (exchange != null && bodyOpen && message instanceof HttpContent content) {
      content(ctx, exchange, content);
    }
  }

  private void begin(ChannelHandlerContext ctx, HttpRequest start) {
    HttpRequestHead head = HttpRequestHead.of(start);
    HttpExchange exchange = new HttpExchange(ctx, this, head, record(ctx, head));
    current = exchange;
    body = RequestBody.NONE;
    bodyOpen = true;
    written = false;
    dropped = 0;
    running.begun();
    pace.begun(() -> stalled(ctx, exchange));
    if (start.decoderResult().isFailure()) {
      last(exchange, HttpErrors.unreadable(start.decoderResult().cause()));
      return;
    }
    guard(exchange, () -> body = entrance(exchange.request()).begin(exchange));
    pace.of(body);
    exchange.expectBody();
  }

  private CallRecord record(ChannelHandlerContext ctx, HttpRequestHead head) {
    CallRecord record = log.begin(Protocol.HTTP);
    record.route(head.method(), "");
    record.userAgent(head.header("user-agent"));
    record.peer(Peer.of(ctx.channel().remoteAddress()));
    return record;
  }

  private Entrance entrance(HttpRequestHead request) {
    for (Entrance each : entrances) {
      if (each.takes(request)) {
        return each;
      }
    }
    throw HttpErrors.noRoute(request.path());
  }

  private void content(ChannelHandlerContext ctx, HttpExchange exchange, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      last(exchange, HttpErrors.malformed("the encoding of the body is broken"));
      return;
    }
    ByteBuf part = content.content();
    exchange.record().bodyPart(part.readableBytes());
    if (exchange.isEnded()) {
      dropped += part.readableBytes();
      if (dropped > DROPPED_BYTES) {
        bodyOpen = false;
        ctx.close();
        return;
      }
    } else if (part.isReadable()) {
      guard(exchange, () -> body.part(part));
    }
    if (content instanceof LastHttpContent) {
      bodyOpen = false;
      pace.complete();
      exchange.bodyIsComplete();
      if (!exchange.isEnded()) {
        RequestBody complete = body;
        body = RequestBody.NONE;
        guard(exchange, complete::end);
      }
      proceed(ctx);
    }
  }

  /**
   * A refusal is the answer; so is a defect, which then has been logged. Too late for an answer, it
   * cuts the answer off.
   */
  private void guard(HttpExchange exchange, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      ServiceException why = WireErrors.of(e, exchange.request().method());
      if (exchange.isBegun()) {
        exchange.abort();
      } else {
        answers.refuse(exchange, why);
      }
    }
  }

  /** What follows on the connection cannot be told apart any more, so it ends with the answer. */
  private void last(HttpExchange exchange, ServiceException why) {
    exchange.closeBehindAnswer();
    answers.refuse(exchange, why);
  }

  private void stalled(ChannelHandlerContext ctx, HttpExchange exchange) {
    if (exchange.isBegun()) {
      ctx.close();
    } else {
      last(exchange, HttpErrors.tooSlow());
    }
  }

  /** Whether the connection shall end with the answer that is about to be given. */
  boolean isLast() {
    return last.getAsBoolean();
  }

  RequestMemory memory() {
    return memory;
  }

  /** The answer to the current request has been given, if not yet sent. */
  void answered() {
    RequestBody unwanted = body;
    body = RequestBody.NONE;
    if (bodyOpen) {
      unwanted.drop();
    }
  }

  /** The answer to the current request has been sent. */
  void written(ChannelHandlerContext ctx) {
    written = true;
    paused = false;
    proceed(ctx);
  }

  private void proceed(ChannelHandlerContext ctx) {
    if (written && !bodyOpen) {
      release();
      while ((current == null || bodyOpen) && !waiting.isEmpty()) {
        Object message = waiting.remove();
        try {
          take(ctx, message);
        } finally {
          ReferenceCountUtil.release(message);
        }
      }
    }
    read(ctx);
  }

  /**
   * Takes what reads HTTP requests out of the way of another protocol. A client that has sent more
   * than its request does not wait for the answer, and what it sent may be either protocol's.
   *
   * @return whether there is a connection left
   */
  boolean upgrade(ChannelHandlerContext ctx, Runnable ending) {
    if (bodyOpen || !waiting.isEmpty() || !ctx.channel().isActive()) {
      ctx.close();
      return false;
    }
    running.upgraded(ctx.channel(), ending);
    if (current != null) {
      current.record().upgraded();
    }
    release();
    ctx.pipeline().remove(pace);
    ctx.pipeline().remove(CorsHandler.class);
    ctx.pipeline().remove(this);
    return true;
  }

  /** Whether more of the current request's body is wanted now. */
  void pause(ChannelHandlerContext ctx, boolean pause) {
    paused = pause;
    read(ctx);
  }

  /** Not when the request has made the connection another protocol's, which reads as it likes. */
  private void read(ChannelHandlerContext ctx) {
    if (!ctx.isRemoved()) {
      ctx.channel().config().setAutoRead(waiting.isEmpty() && !(paused && bodyOpen));
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
    leave();
    ctx.fireChannelInactive();
  }

  /** The connection is gone, or is no longer HTTP. */
  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    leave();
  }

  private void leave() {
    if (current != null) {
      current.record().gone(current.isEnded());
      current.clientGone();
      answered();
      release();
    }
    bodyOpen = false;
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset connection, mostly; the client is not there to be told.
    ctx.close();
  }

  private void release() {
    if (current != null) {
      current.releaseMemory();
      if (!current.record().endsWithCall()) {
        current.record().end();
      }
      current = null;
      pace.over();
      running.ended();
    }
  }
}
