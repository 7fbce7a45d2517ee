package dev.kryonix.gateway.http;

import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.gateway.edge.Refusals;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds a client to the pace that its next bytes are due at: headers within one time however they
 * drip, some of a body within another, the next request within a third. It stands in front of the
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

  private final EdgeConfig config;
  private final Refusals refusals;
  private Phase phase = Phase.HEADERS;
  private long since = System.nanoTime();
  private long due;
  private boolean ended;
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
      since = System.nanoTime();
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
    enter(Phase.BODY);
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
