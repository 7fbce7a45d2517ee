package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.kit.server.Reconnect;
import dev.kryonix.kit.server.ServerConfig;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micronaut.context.annotation.Property;
import io.micronaut.core.convert.format.MapFormat;
import io.netty.channel.EventLoop;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The services behind the gateway by name. */
@Singleton
public final class Upstreams {
  private static final int KEEPALIVE_SECONDS = 20;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;

  /**
   * A service answers with at most what it may take, and a little for what compression adds to
   * small messages.
   */
  private static final int SLACK_BYTES = 64 * 1024;

  private final Map<String, Upstream> byName = new HashMap<>();

  Upstreams(
      @Property(name = "kryonix.services") @MapFormat Map<String, String> addresses,
      GatewayConfig config,
      ServerConfig server,
      EventLoops loops) {
    addresses.forEach(
        (name, address) -> {
          List<ManagedChannel> channels = new ArrayList<>();
          for (int i = 0; i < config.connectionsPerLoop() * loops.count(); i++) {
            channels.add(
                open(
                    address,
                    server.maxMessageBytes() + SLACK_BYTES,
                    loops,
                    loops.get(i % loops.count())));
          }
          byName.put(name, new Upstream(name, channels, loops));
        });
  }

  /**
   * The service of that name; one that is in the contract and not in the configuration stops the
   * start.
   */
  public Upstream get(String name) {
    Upstream upstream = byName.get(name);
    if (upstream == null) {
      throw new IllegalStateException("no address configured: kryonix.services." + name);
    }
    return upstream;
  }

  private static ManagedChannel open(
      String address, int maxBytes, EventLoops loops, EventLoop loop) {
    return Reconnect.eagerly(
        NettyChannelBuilder.forTarget("dns:///" + address, InsecureChannelCredentials.create())
            .defaultLoadBalancingPolicy("round_robin")
            .eventLoopGroup(loop)
            .channelType(loops.channelType())
            // Callbacks run where the bytes arrive; none of them blocks.
            .directExecutor()
            .decompressorRegistry(Untouched.decompressors())
            .compressorRegistry(Untouched.compressors())
            .maxInboundMessageSize(maxBytes)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .build());
  }

  @PreDestroy
  void close() {
    byName.values().forEach(Upstream::close);
  }
}
