package dev.kryonix.gateway.http;

import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.gateway.edge.Refusals;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds a client to the pace that its next bytes are due at: headers within one time however they
 * drip, some of a body within another, the next request within a third. A body that is no stream
 * must come at a least rate too, as Apache's mod_reqtimeout has it: each byte buys a little time,
 * so that a client cannot hold a request open by a byte now and then. It stands in front of the
 * decoder, where bytes are seen before they are whole. A request that keeps this pace costs no
 * timer of its own.
 */
final class Pace extends ChannelInboundHandlerAdapter {
  /** What is waited for. */
  private enum Phase {
    HEADERS,
    BODY,
    ANSWER,
    NEXT
  }

  /** Apache's default of 500 bytes a second. */
  private static final long NANOS_PER_BYTE = TimeUnit.SECONDS.toNanos(1) / 500;

  private final EdgeConfig config;
  private final Refusals refusals;
  private Phase phase = Phase.HEADERS;
  private long since = System.nanoTime();
  private long due;
  private boolean ended;
  private boolean stream;
  private @Nullable Future<?> timer;
  private Runnable stalledBody = () -> {};

  Pace(EdgeConfig config, Refusals refusals) {
    this.config = config;
    this.refusals = refusals;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      watch(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    watch(ctx);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object bytes) {
    ended = false;
    if (phase == Phase.BODY) {
      arrived(bytes);
    }
    ctx.fireChannelRead(bytes);
    if (phase == Phase.NEXT && !ended) {
      // The bytes have not made a request yet.
      enter(Phase.HEADERS);
    }
    if (!ctx.isRemoved()) {
      watch(ctx);
    }
  }

  /** A request has begun. What is given runs when its body does not come. */
  void begun(Runnable whenStalled) {
    stalledBody = whenStalled;
    stream = false;
    enter(Phase.BODY);
  }

  private void arrived(Object bytes) {
    long now = System.nanoTime();
    if (stream) {
      since = now;
    } else {
      since += Math.min(now - since, size(bytes) * NANOS_PER_BYTE);
    }
  }

  private static int size(Object bytes) {
    return switch (bytes) {
      case ByteBuf buffer -> buffer.readableBytes();
      case ByteBufHolder holder -> holder.content().readableBytes();
      default -> 0;
    };
  }

  /** What takes the body of the request that has begun. */
  void of(RequestBody body) {
    stream = body.isStream();
  }

  /** The request is whole. */
  void complete() {
    ended = true;
    enter(Phase.ANSWER);
  }

  /** The request has been answered and is over. */
  void over() {
    enter(Phase.NEXT);
  }

  private void enter(Phase next) {
    phase = next;
    since = System.nanoTime();
  }

  private void watch(ChannelHandlerContext ctx) {
    long deadline = since + allowed();
    if (timer != null && deadline - due < 0) {
      timer.cancel(false);
      timer = null;
    }
    if (timer == null) {
      due = deadline;
      timer =
          ctx.executor()
              .schedule(() -> check(ctx), deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  private void check(ChannelHandlerContext ctx) {
    timer = null;
    boolean ours = phase == Phase.ANSWER || !ctx.channel().config().isAutoRead();
    if (ours) {
      since = System.nanoTime();
    }
    if (since + allowed() - System.nanoTime() > 0) {
      watch(ctx);
      return;
    }
    switch (phase) {
      case HEADERS -> {
        refusals.count(Refusals.Reason.SLOW_HEADERS);
        ctx.close();
      }
      case BODY -> {
        refusals.count(Refusals.Reason.SLOW_BODY);
        stalledBody.run();
      }
      case NEXT -> ctx.close();
      case ANSWER -> throw new IllegalStateException("an answer is never due");
    }
  }

  private long allowed() {
    Duration duration =
        switch (phase) {
          case HEADERS -> config.headerTimeout();
          case BODY -> config.bodyTimeout();
          case ANSWER, NEXT -> config.idleTimeout();
        };
    return duration.toNanos();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
