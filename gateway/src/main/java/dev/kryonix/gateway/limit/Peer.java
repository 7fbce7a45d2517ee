package dev.kryonix.gateway.limit;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where a call comes from, as far as limits tell callers apart: an IPv4 address, or the /64 network
 * of an IPv6 address, since whoever has one address of it has them all.
 *
 * @param name the address or network as text
 */
public record Peer(String name) {
  private static final Peer UNKNOWN = new Peer("unknown");
  private static final int NETWORK_BYTES = 8;

  /** The other end of a connection. */
  public static Peer of(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress() != null
        ? of(inet.getAddress())
        : UNKNOWN;
  }

  static Peer of(InetAddress address) {
    return address instanceof Inet6Address
        ? new Peer(HexFormat.of().formatHex(address.getAddress(), 0, NETWORK_BYTES) + "/64")
        : new Peer(address.getHostAddress());
  }
}
