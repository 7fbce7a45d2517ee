package dev.kryonix.gateway.http;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.gateway.edge.Listeners;
import dev.kryonix.gateway.edge.Port;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.Lifecycle;
import dev.kryonix.kit.server.ServerConfig;
import dev.kryonix.kit.server.StartException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP port: a Netty pipeline of its own, on the event loops of the gRPC side, so that a
 * request reaches its service without changing frameworks, and a client that reads slowly holds up
 * its own stream.
 */
@Singleton
final class HttpServer implements Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int BACKLOG = 1024;
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** How much of an answer waits for a slow client before the stream behind it is held up. */
  private static final WriteBufferWaterMark WAITING =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private final GatewayConfig config;
  private final ServerConfig server;
  private final EventLoops loops;
  private final Listeners listeners;
  private final Running running;
  private final Connections connections;
  private @Nullable Channel listener;

  HttpServer(
      GatewayConfig config,
      ServerConfig server,
      EventLoops loops,
      Listeners listeners,
      Running running,
      Connections connections) {
    this.config = config;
    this.server = server;
    this.loops = loops;
    this.listeners = listeners;
    this.running = running;
    this.connections = connections;
  }

  @Override
  public void start() {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channelFactory(listeners.of(Port.HTTP))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WAITING)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(connections)
            .bind(new InetSocketAddress(server.bind(), config.httpPort()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new StartException(
          "port %d is taken or cannot be bound; set KRYONIX_HTTP_PORT to another"
              .formatted(config.httpPort()),
          bound.cause());
    }
    listener = bound.channel();
    LOG.info("gateway serves HTTP on {}:{}", server.bind(), port());
  }

  /**
   * Takes no new connections and lets what runs finish; an endless stream is cut off after the
   * grace.
   */
  @Override
  public void stop() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
    connections.end();
    running.awaitNone(GRACE);
  }

  /** The port that is listened on. */
  int port() {
    if (listener == null) {
      throw new IllegalStateException("not started");
    }
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }
}
