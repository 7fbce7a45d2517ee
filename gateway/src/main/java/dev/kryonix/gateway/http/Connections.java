package dev.kryonix.gateway.http;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.gateway.access.AccessLog;
import dev.kryonix.gateway.edge.EdgeConfig;
import dev.kryonix.gateway.edge.Refusals;
import dev.kryonix.kit.server.RequestMemory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * Sets up the connections of the HTTP port. A stream of HTTP/2 is a channel of its own, with the
 * same handlers behind its codec as a connection of HTTP/1.1; its flow control is the stream's, so
 * a client that reads one stream slowly holds up that one only.
 */
@Singleton
@SuppressWarnings("FutureReturnValueIgnored") // What fails here leaves a closed connection.
final class Connections extends ChannelInitializer<SocketChannel> {
  private static final int MAX_EMPTY_DATA_FRAMES = 2;
  private static final int MAX_SMALL_CONTINUATIONS = 16;

  /** How much of a body a client may send ahead of its reader. */
  private static final int STREAM_WINDOW_BYTES = 256 * 1024;

  private static final int CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024;

  private final List<Entrance> entrances;
  private final Answers answers;
  private final Running running;
  private final Cors cors;
  private final EdgeConfig edge;
  private final Refusals refusals;
  private final RequestMemory memory;
  private final AccessLog log;
  private final int streams;
  private final ChannelGroup http2 = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private volatile boolean ending;

  Connections(
      List<Entrance> entrances,
      Answers answers,
      Running running,
      Cors cors,
      GatewayConfig config,
      EdgeConfig edge,
      Refusals refusals,
      RequestMemory memory,
      AccessLog log) {
    this.log = log;
    this.entrances = List.copyOf(entrances);
    this.answers = answers;
    this.running = running;
    this.cors = cors;
    this.edge = edge;
    this.refusals = refusals;
    this.memory = memory;
    this.streams = config.callsPerConnection();
  }

  @Override
  protected void initChannel(SocketChannel channel) {
    Pace pace = new Pace(edge, refusals);
    channel
        .pipeline()
        .addLast(pace)
        .addLast(new VersionChoice(ctx -> http1(ctx, pace), ctx -> http2(ctx, pace)));
  }

  private void http1(ChannelHandlerContext ctx, Pace pace) {
    long end = System.nanoTime() + age().toNanos();
    ctx.pipeline().addLast(new StrictRequests()).addLast(new HttpResponseEncoder());
    exchanges(ctx.channel(), pace, () -> ending || System.nanoTime() - end > 0);
  }

  private void exchanges(Channel channel, Pace pace, BooleanSupplier last) {
    channel
        .pipeline()
        .addLast(new Compression())
        .addLast(cors.handler())
        .addLast(new HttpConnection(entrances, answers, running, pace, last, memory, log));
  }

  private void http2(ChannelHandlerContext ctx, Pace pace) {
    // From here on the guard of frames holds the client to its pace, and each stream has its own.
    ctx.pipeline().remove(pace);
    Http2FrameCodec codec =
        Http2FrameCodecBuilder.forServer()
            .initialSettings(
                Http2Settings.defaultSettings()
                    .maxConcurrentStreams(streams)
                    .initialWindowSize(STREAM_WINDOW_BYTES)
                    .maxHeaderListSize(EdgeConfig.MAX_HEADER_BYTES))
            .decoderEnforceMaxConsecutiveEmptyDataFrames(MAX_EMPTY_DATA_FRAMES)
            .decoderEnforceMaxRstFramesPerWindow(edge.resets(), (int) EdgeConfig.WINDOW.toSeconds())
            .encoderEnforceMaxRstFramesPerWindow(edge.resets(), (int) EdgeConfig.WINDOW.toSeconds())
            .decoderEnforceMaxSmallContinuationFrames(MAX_SMALL_CONTINUATIONS)
            .encoderEnforceMaxQueuedControlFrames(edge.controlFrames())
            .gracefulShutdownTimeoutMillis(edge.ageGrace().toMillis())
            .build();
    ctx.pipeline().addLast(codec);
    // The codec would hold the client to this only from when the client acknowledges it.
    codec.connection().remote().maxActiveStreams(streams);
    widen(codec.connection());
    ctx.pipeline()
        .addLast(new Http2Lifetime(codec, edge.idleTimeout(), age()))
        .addLast(new Http2MultiplexHandler(new Streams()));
    http2.add(ctx.channel());
    if (ending) {
      ctx.channel().close();
    }
  }

  /** The window of a whole connection begins at 64 KiB and can only be widened by an update. */
  private static void widen(Http2Connection connection) {
    try {
      connection
          .local()
          .flowController()
          .incrementWindowSize(
              connection.connectionStream(),
              CONNECTION_WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE);
    } catch (Http2Exception e) {
      throw new IllegalStateException("a fresh window can be widened", e);
    }
  }

  /** Lets no connection take on anything new. */
  void end() {
    ending = true;
    http2.close();
    running.end();
  }

  /** With a tenth of chance, so that clients that came together do not come back together. */
  private Duration age() {
    double chance = ThreadLocalRandom.current().nextDouble(0.9, 1.1);
    return Duration.ofMillis((long) (edge.maxAge().toMillis() * chance));
  }

  private final class Streams extends ChannelInitializer<Channel> {
    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel stream) {
      Pace pace = new Pace(edge, refusals);
      stream.pipeline().addLast(pace).addLast(new Http2StreamFrameToHttpObjectCodec(true));
      exchanges(stream, pace, () -> false);
    }
  }
}
