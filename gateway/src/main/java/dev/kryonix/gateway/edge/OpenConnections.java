package dev.kryonix.gateway.edge;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the open connections of both ports, in all and by address, against their limits. */
@Singleton
final class OpenConnections {
  private static final int IPV6_NETWORK_BYTES = 8;

  private final EdgeConfig config;
  private final AtomicInteger all = new AtomicInteger();
  private final Map<ByteBuffer, Integer> byAddress = new ConcurrentHashMap<>();

  OpenConnections(EdgeConfig config, MeterRegistry metrics) {
    this.config = config;
    Gauge.builder("kryonix.gateway.connections", all, AtomicInteger::get)
        .description("Open client connections.")
        .register(metrics);
  }

  /** Whether there is room for one more; it then must be given back by {@link #leave}. */
  boolean enter(InetAddress address) {
    if (all.incrementAndGet() > config.connections()) {
      all.decrementAndGet();
      return false;
    }
    boolean[] entered = new boolean[1];
    byAddress.compute(
        network(address),
        (key, count) -> {
          int before = count == null ? 0 : count;
          entered[0] = before < config.connectionsPerAddress();
          return entered[0] ? Integer.valueOf(before + 1) : count;
        });
    if (!entered[0]) {
      all.decrementAndGet();
    }
    return entered[0];
  }

  void leave(InetAddress address) {
    all.decrementAndGet();
    byAddress.computeIfPresent(network(address), (key, count) -> count == 1 ? null : count - 1);
  }

  /** An IPv6 client has a whole network of addresses. */
  private static ByteBuffer network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address
        ? ByteBuffer.wrap(bytes, 0, IPV6_NETWORK_BYTES)
        : ByteBuffer.wrap(bytes);
  }
}
