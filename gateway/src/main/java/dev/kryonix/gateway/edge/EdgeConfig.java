package dev.kryonix.gateway.edge;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import java.time.Duration;

/**
 * What one client, and all of them together, may take of the gateway's ports.
 *
 * @param connections how many connections may be open on both ports
 * @param connectionsPerAddress how many of them one address may have (IPv6: one /64 network)
 * @param headerTimeout how long a request's headers, or HTTP/2's preface, may take to arrive
 * @param bodyTimeout how long nothing may come of a body that is expected
 * @param idleTimeout how long a connection without calls stays open
 * @param maxAge how old a connection gets, give or take a tenth, before its client is told to open
 *     another
 * @param ageGrace how long calls of a connection that is too old may go on
 * @param controlFrames how many frames of a kind that carries nothing (SETTINGS, PING, empty DATA
 *     and such) an HTTP/2 connection may send in 30 seconds
 * @param resets how many streams an HTTP/2 connection may reset in 30 seconds
 * @param bodyMemory how many bytes of requests not yet handed over may be held at once
 */
@ConfigurationProperties("kryonix.gateway.edge")
public record EdgeConfig(
    @Bindable(defaultValue = "20000") int connections,
    @Bindable(defaultValue = "2000") int connectionsPerAddress,
    @Bindable(defaultValue = "10s") Duration headerTimeout,
    @Bindable(defaultValue = "30s") Duration bodyTimeout,
    @Bindable(defaultValue = "5m") Duration idleTimeout,
    @Bindable(defaultValue = "1h") Duration maxAge,
    @Bindable(defaultValue = "1h") Duration ageGrace,
    @Bindable(defaultValue = "200") int controlFrames,
    @Bindable(defaultValue = "200") int resets,
    @Bindable(defaultValue = "134217728") long bodyMemory) {

  /** The window that floods are counted in. */
  public static final Duration WINDOW = Duration.ofSeconds(30);

  /** The longest request line that is taken. */
  public static final int MAX_REQUEST_LINE_BYTES = 8 * 1024;

  /** The largest headers that are taken. */
  public static final int MAX_HEADER_BYTES = 16 * 1024;

  /** How many headers are taken. */
  public static final int MAX_HEADERS = 200;

  public EdgeConfig {
    above0("connections", connections);
    above0("connections-per-address", connectionsPerAddress);
    above0("header-timeout", headerTimeout.toMillis());
    above0("body-timeout", bodyTimeout.toMillis());
    above0("idle-timeout", idleTimeout.toMillis());
    above0("max-age", maxAge.toMillis());
    above0("age-grace", ageGrace.toMillis());
    above0("control-frames", controlFrames);
    above0("resets", resets);
    above0("body-memory", bodyMemory);
  }

  private static void above0(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException("kryonix.gateway.edge." + name + " must be above zero");
    }
  }
}
