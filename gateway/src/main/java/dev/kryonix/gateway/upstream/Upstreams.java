package dev.kryonix.gateway.upstream;

import dev.kryonix.gateway.GatewayConfig;
import dev.kryonix.gateway.contract.Contract;
import dev.kryonix.kit.server.AddressList;
import dev.kryonix.kit.server.EventLoops;
import dev.kryonix.kit.server.Reconnect;
import dev.kryonix.kit.server.ServerConfig;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Property;
import io.micronaut.core.convert.format.MapFormat;
import io.netty.channel.EventLoop;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The services behind the gateway by name. */
@Singleton
public final class Upstreams {
  private static final int KEEPALIVE_SECONDS = 10;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 5;

  /**
   * A service answers with at most what it may take, and a little for what compression adds to
   * small messages.
   */
  private static final int SLACK_BYTES = 64 * 1024;

  private final Map<String, Upstream> byName = new TreeMap<>();

  Upstreams(
      @Property(name = "kryonix.services") @MapFormat Map<String, String> addresses,
      Contract contract,
      GatewayConfig config,
      UpstreamConfig upstream,
      ServerConfig server,
      EventLoops loops,
      MeterRegistry metrics) {
    addresses.forEach(
        (name, address) -> {
          OpenTransports transports = new OpenTransports(name, metrics);
          Map<String, ?> balancing =
              Balancing.of(
                  contract.rpcs().stream().filter(rpc -> rpc.upstream().equals(name)).toList());
          List<ManagedChannel> channels = new ArrayList<>();
          for (int i = 0; i < config.connectionsPerLoop() * loops.count(); i++) {
            NettyChannelBuilder channel =
                channel(AddressList.target(address), loops, loops.get(i % loops.count()))
                    .maxInboundMessageSize(server.maxMessageBytes() + SLACK_BYTES)
                    .defaultServiceConfig(balancing)
                    .addTransportFilter(transports);
            channels.add(connected(channel));
          }
          Guard guard = new Guard(name, upstream, metrics);
          byName.put(name, new Upstream(name, channels, loops, guard, transports));
        });
  }

  /** All of them, by name. */
  public Collection<Upstream> all() {
    return byName.values();
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

  /** The first caller is not to wait for a connection, nor for what health says. */
  private static ManagedChannel connected(NettyChannelBuilder builder) {
    ManagedChannel channel = Reconnect.eagerly(builder.build());
    channel.getState(true);
    return channel;
  }

  private static NettyChannelBuilder channel(String target, EventLoops loops, EventLoop loop) {
    return NettyChannelBuilder.forTarget(target, InsecureChannelCredentials.create())
        // The platform's own config holds, whatever a name server says.
        .disableServiceConfigLookUp()
        .eventLoopGroup(loop)
        .channelType(loops.channelType())
        // Callbacks run where the bytes arrive; none of them blocks.
        .directExecutor()
        .decompressorRegistry(Untouched.decompressors())
        .compressorRegistry(Untouched.compressors())
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  @PreDestroy
  void close() {
    byName.values().forEach(Upstream::close);
  }
}
