package dev.kryonix.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kryonix.kit.errors.ServiceException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one address may do, and which address a call is taken to come from. */
class AddressLimitsTest {
  private static final Peer PEER = new Peer("192.0.2.1");

  private long now;
  private final AddressLimits limits =
      new AddressLimits(new LimitSettings(10, 20, List.of()), new SimpleMeterRegistry(), () -> now);

  @Test
  void anAddressThatKeepsFailingIsRefusedAndForgivenWithTime() {
    for (int i = 0; i < 10; i++) {
      limits.attempt(PEER);
    }

    assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> limits.attempt(PEER))
        .satisfies(e -> assertThat(e.reasonName()).isEqualTo("RATE_LIMITED"));
    limits.attempt(new Peer("192.0.2.2"));
    now += Duration.ofSeconds(1).toNanos();
    limits.attempt(PEER);
  }

  @Test
  void goodTokensCostNothing() {
    for (int i = 0; i < 1_000; i++) {
      limits.attempt(PEER);
      limits.passed(PEER);
    }
  }

  @Test
  void publicCallsAreBoundedAndEndWithTheFailuresOfTheirAddress() {
    for (int i = 0; i < 20; i++) {
      limits.open(PEER);
    }
    assertThatExceptionOfType(ServiceException.class).isThrownBy(() -> limits.open(PEER));

    Peer guesser = new Peer("192.0.2.3");
    for (int i = 0; i < 10; i++) {
      limits.failed(guesser);
    }
    assertThatExceptionOfType(ServiceException.class).isThrownBy(() -> limits.open(guesser));
  }

  @Test
  void aNetworkOfIpv6IsOneCaller() {
    assertThat(Peer.of(address("2001:db8::1"))).isEqualTo(Peer.of(address("2001:db8::ffff:1")));
    assertThat(Peer.of(address("2001:db8:0:1::1"))).isNotEqualTo(Peer.of(address("2001:db8::1")));
  }

  @Test
  void onlyTrustedProxiesSayWhereACallComesFrom() {
    TrustedProxies proxies =
        new TrustedProxies(new LimitSettings(1, 1, List.of("10.0.0.0/8", "192.0.2.7")));

    assertThat(proxies.caller(address("203.0.113.9"), "198.51.100.1").name())
        .isEqualTo("203.0.113.9");
    assertThat(proxies.caller(address("10.1.2.3"), "6.6.6.6, 198.51.100.1, 192.0.2.7").name())
        .isEqualTo("198.51.100.1");
    assertThat(proxies.caller(address("10.1.2.3"), "not an address").name()).isEqualTo("10.1.2.3");
    assertThat(proxies.caller(address("10.1.2.3"), null).name()).isEqualTo("10.1.2.3");
  }

  private static InetSocketAddress address(String text) {
    try {
      return new InetSocketAddress(InetAddress.getByName(text), 1);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
