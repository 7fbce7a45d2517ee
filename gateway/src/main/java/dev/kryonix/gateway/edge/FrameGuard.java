package dev.kryonix.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches the frames of an HTTP/2 connection go by, below the codec that reads them, and ends the
 * connection of a client that sends too many that carry nothing (CVE-2019-9512, 9513, 9515, 9518),
 * or that begins headers and does not finish them. It reads the nine bytes that begin each frame
 * (RFC 9113, section 4.1) and copies nothing. What is not HTTP/2 passes unseen.
 */
@SuppressWarnings("FutureReturnValueIgnored") // What fails here leaves a closed connection.
final class FrameGuard extends ChannelInboundHandlerAdapter {
  private static final int FRAME_HEADER_BYTES = 9;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;

  private final EdgeConfig config;
  private final Port port;
  private final Refusals refusals;
  private final byte[] preface = preface();
  private final int[] counts = new int[256];
  private long windowStart = System.nanoTime();
  private int prefaceSeen;
  private int headerSeen;
  private int length;
  private int type;
  private int flags;
  private int payloadLeft;
  private boolean headersOpen;
  private int lastStream;
  private boolean ended;
  private @Nullable Future<?> deadline;

  FrameGuard(EdgeConfig config, Port port, Refusals refusals) {
    this.config = config;
    this.port = port;
    this.refusals = refusals;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (port == Port.GRPC) {
      // The other port waits for a first request of any version by itself.
      expectSoon(ctx);
    }
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      watch(ctx, bytes);
    }
    if (ended) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  private void watch(ChannelHandlerContext ctx, ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end && prefaceSeen < preface.length) {
      if (bytes.getByte(at++) != preface[prefaceSeen++]) {
        forget();
        ctx.pipeline().remove(this);
        return;
      }
    }
    while (at < end && !ended) {
      if (payloadLeft > 0) {
        int skipped = Math.min(payloadLeft, end - at);
        payloadLeft -= skipped;
        at += skipped;
      } else {
        begin(bytes.getUnsignedByte(at++));
      }
      if (headerSeen == FRAME_HEADER_BYTES && payloadLeft == 0) {
        headerSeen = 0;
        complete(ctx);
      }
    }
    if (prefaceSeen == preface.length && !headersOpen) {
      forget();
    } else if (deadline == null && !ended) {
      expectSoon(ctx);
    }
  }

  /** Takes the next byte of a frame's header. */
  private void begin(int next) {
    switch (headerSeen++) {
      case 0 -> length = next << 16;
      case 1 -> length |= next << 8;
      case 2 -> length |= next;
      case 3 -> type = next;
      case 4 -> flags = next;
      case 5 -> lastStream = type == Http2FrameTypes.HEADERS ? (next & 0x7f) << 24 : lastStream;
      case 6, 7, 8 -> {
        if (type == Http2FrameTypes.HEADERS) {
          lastStream |= next << (8 * (FRAME_HEADER_BYTES - headerSeen));
        }
        if (headerSeen == FRAME_HEADER_BYTES) {
          payloadLeft = length;
          headersOpen |= type == Http2FrameTypes.HEADERS;
        }
      }
      default -> throw new IllegalStateException("a frame's header has nine bytes");
    }
  }

  private void complete(ChannelHandlerContext ctx) {
    boolean headers = type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION;
    if (headers && (flags & END_HEADERS) != 0) {
      headersOpen = false;
    }
    if (carriesNothing() && ++counts[type] > config.controlFrames()) {
      long now = System.nanoTime();
      if (now - windowStart < EdgeConfig.WINDOW.toNanos()) {
        end(ctx, Refusals.Reason.FLOOD);
      } else {
        windowStart = now;
        Arrays.fill(counts, 0);
      }
    }
  }

  private boolean carriesNothing() {
    return switch ((byte) type) {
      case Http2FrameTypes.HEADERS,
          Http2FrameTypes.CONTINUATION,
          Http2FrameTypes.WINDOW_UPDATE,
          Http2FrameTypes.RST_STREAM ->
          // Counted where they are understood.
          false;
      case Http2FrameTypes.DATA -> length == 0 && (flags & END_STREAM) == 0;
      // gRPC clients measure the bandwidth with pings, so grpc-java counts them by its own rule.
      case Http2FrameTypes.PING -> port == Port.HTTP;
      default -> true;
    };
  }

  private void expectSoon(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () -> end(ctx, Refusals.Reason.SLOW_HEADERS),
                config.headerTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void forget() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /** Says why, as far as HTTP/2 has a word for it, and closes. */
  private void end(ChannelHandlerContext ctx, Refusals.Reason reason) {
    if (ended) {
      return;
    }
    ended = true;
    forget();
    refusals.count(reason);
    ByteBuf goAway = ctx.alloc().buffer(FRAME_HEADER_BYTES + 8);
    goAway.writeMedium(8).writeByte(Http2FrameTypes.GO_AWAY).writeByte(0).writeInt(0);
    goAway.writeInt(lastStream).writeInt((int) Http2Error.ENHANCE_YOUR_CALM.code());
    // From here, since the codec above would first wait for the streams to end.
    ctx.writeAndFlush(goAway).addListener(sent -> ctx.close());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    forget();
  }

  private static byte[] preface() {
    ByteBuf bytes = Http2CodecUtil.connectionPrefaceBuf();
    byte[] preface = new byte[bytes.readableBytes()];
    bytes.readBytes(preface);
    return preface;
  }
}
