package dev.kryonix.gateway.limit;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a call comes from when there are proxies in front of the gateway. Each proxy adds to
 * X-Forwarded-For the address that it was called from, so the last address that is no trusted
 * proxy's own is the caller's; what stands before it anyone could have written.
 */
@Singleton
public final class TrustedProxies {
  private static final int LONGEST_CHAIN = 20;

  private final List<IpSubnetFilterRule> networks;

  TrustedProxies(LimitSettings settings) {
    networks = settings.trustedProxies().stream().map(TrustedProxies::network).toList();
  }

  /**
   * The caller.
   *
   * @param connection the other end of the connection
   * @param forwardedFor the header's value, or null
   */
  public Peer caller(@Nullable SocketAddress connection, @Nullable String forwardedFor) {
    if (networks.isEmpty() || forwardedFor == null || !isTrusted(connection)) {
      return Peer.of(connection);
    }
    String[] chain = forwardedFor.split(",", LONGEST_CHAIN + 1);
    for (int i = Math.min(chain.length, LONGEST_CHAIN) - 1; i >= 0; i--) {
      byte @Nullable [] bytes = NetUtil.createByteArrayFromIpAddressString(chain[i].strip());
      if (bytes == null) {
        break;
      }
      InetSocketAddress address = address(bytes);
      if (!isTrusted(address)) {
        return Peer.of(address);
      }
    }
    return Peer.of(connection);
  }

  private boolean isTrusted(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        && inet.getAddress() != null
        && networks.stream().anyMatch(network -> network.matches(inet));
  }

  private static InetSocketAddress address(byte[] bytes) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  private static IpSubnetFilterRule network(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    int bits =
        slash < 0
            ? (address.indexOf(':') < 0 ? 32 : 128)
            : Integer.parseInt(text.substring(slash + 1));
    return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
  }
}
