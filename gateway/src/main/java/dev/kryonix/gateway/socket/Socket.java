package dev.kryonix.gateway.socket;

import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.gateway.http.LingeringClose;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.WireErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * One open socket: messages out of frames, one when one is wanted, and answers into frames. While
 * none is wanted nothing is read, so that a client sends no faster than the service takes.
 *
 * <p>Everything here runs on the connection's event loop, but for {@link #send} and {@link
 * #isWritable}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the connection.
final class Socket extends SimpleChannelInboundHandler<WebSocketFrame> {
  /** A client that has answered none of so many pings is gone. */
  private static final int PINGS_UNHEARD = 2;

  private static final int LAST_SECONDS = 60;

  private final SocketCall call;
  private final int maxBytes;
  private final long pingNanos;
  private final Flood flood;
  private final SocketMemory memory;
  private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Future<?> pinging;
  private boolean text;
  private boolean reading;
  private boolean closed;
  private long heard = System.nanoTime();

  Socket(SocketCall call, int maxBytes, SocketConfig config, EdgeConfig edge, SocketMemory memory) {
    this.call = call;
    this.maxBytes = maxBytes;
    this.pingNanos = config.ping().toNanos();
    this.flood = new Flood(edge.controlFrames());
    this.memory = memory;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
    pinging =
        added
            .executor()
            .scheduleWithFixedDelay(this::ping, pingNanos, pingNanos, TimeUnit.NANOSECONDS);
  }

  private ChannelHandlerContext ctx() {
    if (ctx == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return ctx;
  }

  /** The next message is wanted. */
  void pull() {
    if (!reading && !closed) {
      reading = true;
      // Never from within the frame before: a thousand small frames would be as many calls deep.
      ctx().executor().execute(ctx()::read);
    }
  }

  /** Sends a message. Any thread may. */
  void send(WebSocketFrame message) {
    ctx().writeAndFlush(message, ctx().voidPromise());
  }

  /** Whether the client keeps up. */
  boolean isWritable() {
    return ctx().channel().isWritable();
  }

  /** Sends how it ended, and closes. */
  void close(Ending ending) {
    if (closed) {
      return;
    }
    leave();
    if (ending.status().length > 0) {
      ctx().write(new TextWebSocketFrame(Unpooled.wrappedBuffer(ending.status())));
    }
    last(new CloseWebSocketFrame(ending.code(), ending.reason()));
  }

  /** A client that does not take what it has yet to get has so long for it, and then goes. */
  private void last(CloseWebSocketFrame close) {
    Future<?> late = ctx().executor().schedule(() -> ctx().close(), LAST_SECONDS, TimeUnit.SECONDS);
    ctx().channel().closeFuture().addListener(closing -> late.cancel(false));
    ctx().writeAndFlush(close).addListener((ChannelFutureListener) LingeringClose::after);
  }

  private void leave() {
    closed = true;
    memory.clear();
    collected.reset();
    if (pinging != null) {
      pinging.cancel(false);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext of, WebSocketFrame frame) {
    reading = false;
    heard = System.nanoTime();
    if (closed) {
      return;
    }
    switch (frame) {
      case CloseWebSocketFrame close -> left(close);
      case PingWebSocketFrame ping -> answer(ping);
      case PongWebSocketFrame pong -> idle();
      case TextWebSocketFrame first -> {
        text = true;
        part(first);
      }
      case BinaryWebSocketFrame first -> {
        text = false;
        part(first);
      }
      case ContinuationWebSocketFrame next -> part(next);
      default -> throw new IllegalStateException("no such frame: " + frame.getClass());
    }
  }

  /** The client leaves: whatever runs is of no use to it any more. */
  private void left(CloseWebSocketFrame close) {
    leave();
    call.gone();
    int code = close.statusCode();
    last(code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, ""));
  }

  /** A client that does not read its pongs gets no more of them. */
  private void answer(PingWebSocketFrame ping) {
    if (isWritable()) {
      ctx().writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
    }
    idle();
  }

  /** A frame that carries nothing. */
  private void idle() {
    if (flood.rises()) {
      call.fail(SocketErrors.frame("too many of them carry nothing"), Ending.TOO_MANY);
    } else {
      pull();
    }
  }

  private void part(WebSocketFrame frame) {
    ByteBuf content = frame.content();
    if (collected.size() + content.readableBytes() > maxBytes) {
      call.fail(CommonErrors.messageTooLarge(maxBytes), Ending.TOO_BIG);
      return;
    }
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    if (frame.isFinalFragment()) {
      call.arrive(whole(bytes), text);
    } else if (bytes.length == 0) {
      idle();
    } else {
      memory.message(collected.size() + bytes.length);
      collected.writeBytes(bytes);
      pull();
    }
  }

  private byte[] whole(byte[] last) {
    if (collected.size() == 0) {
      return last;
    }
    collected.writeBytes(last);
    byte[] message = collected.toByteArray();
    collected.reset();
    memory.message(0);
    return message;
  }

  /** Asks whether the client is there, or takes it for gone. */
  private void ping() {
    boolean held = !reading || !isWritable();
    if (held) {
      // It is we who do not read, or what it has yet to read that stands before the ping.
      heard = System.nanoTime();
    } else if (System.nanoTime() - heard > PINGS_UNHEARD * pingNanos) {
      ctx().close();
    } else {
      ctx().writeAndFlush(new PingWebSocketFrame());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext of) {
    if (!closed && isWritable()) {
      call.ready();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext of) {
    leave();
    call.gone();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext of, Throwable cause) {
    reading = false;
    switch (cause) {
      case CorruptedWebSocketFrameException e ->
          call.fail(
              e.closeStatus().code() == Ending.TOO_BIG
                  ? CommonErrors.messageTooLarge(maxBytes)
                  : SocketErrors.frame(String.valueOf(e.getMessage())),
              e.closeStatus().code());
      case TooLongFrameException e ->
          call.fail(CommonErrors.messageTooLarge(maxBytes), Ending.TOO_BIG);
      case IOException e -> of.close();
      default -> failed(cause);
    }
  }

  private void failed(Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof DecompressionException) {
        inflated(t.getCause() instanceof DataFormatException);
        return;
      }
    }
    call.fail(WireErrors.of(cause, call.name()));
  }

  private void inflated(boolean broken) {
    if (broken) {
      call.fail(SocketErrors.frame("it is not compressed as it says"), Ending.NO_DATA);
    } else {
      call.fail(CommonErrors.messageTooLarge(maxBytes), Ending.TOO_BIG);
    }
  }
}
