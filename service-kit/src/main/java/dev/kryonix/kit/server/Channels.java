package dev.kryonix.kit.server;

import dev.kryonix.kit.telemetry.Tracing;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micronaut.context.annotation.Property;
import io.micronaut.core.convert.format.MapFormat;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The channels to the other services: one each, made when first asked for, balanced over its
 * addresses, of which there may be several between commas.
 */
@Singleton
public final class Channels {
  private static final int KEEPALIVE_SECONDS = 20;
  private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;

  private final Map<String, String> addresses;
  private final int maxMessageBytes;
  private final Tracing tracing;
  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

  Channels(
      @Property(name = "kryonix.services") @MapFormat Map<String, String> addresses,
      ServerConfig config,
      Tracing tracing) {
    this.addresses = Map.copyOf(addresses);
    this.maxMessageBytes = config.maxMessageBytes();
    this.tracing = tracing;
  }

  /** The channel to a service: tenant, messaging, cache or backup. */
  public ManagedChannel to(String service) {
    return channels.computeIfAbsent(service, this::open);
  }

  private ManagedChannel open(String service) {
    String address = addresses.get(service);
    if (address == null) {
      throw new IllegalStateException("no address configured: kryonix.services." + service);
    }
    return Reconnect.eagerly(
        NettyChannelBuilder.forTarget(
                AddressList.target(address), InsecureChannelCredentials.create())
            .defaultLoadBalancingPolicy("round_robin")
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .maxInboundMessageSize(maxMessageBytes)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .intercept(tracing.clientInterceptor())
            .build());
  }

  @PreDestroy
  void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
