package dev.kryonix.gateway.upstream;

import io.grpc.Attributes;
import io.grpc.ClientTransportFilter;
import io.grpc.Grpc;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the connections to one service that are ready, by address. */
final class OpenTransports extends ClientTransportFilter {
  private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();

  OpenTransports(String upstream, MeterRegistry metrics) {
    Gauge.builder("kryonix.gateway.upstream.connections", this, OpenTransports::count)
        .description("Connections to a service that are ready.")
        .tag("upstream", upstream)
        .register(metrics);
  }

  @Override
  public Attributes transportReady(Attributes transport) {
    byAddress.merge(address(transport), 1, Integer::sum);
    return transport;
  }

  @Override
  public void transportTerminated(Attributes transport) {
    // One that never became ready was never counted.
    byAddress.computeIfPresent(
        address(transport), (address, count) -> count == 1 ? null : count - 1);
  }

  /** How many there are to each address. */
  Map<String, Integer> byAddress() {
    return new TreeMap<>(byAddress);
  }

  private int count() {
    return byAddress.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static String address(Attributes transport) {
    SocketAddress address = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return address == null ? "unknown" : address.toString().replaceFirst("^.*/", "");
  }
}
