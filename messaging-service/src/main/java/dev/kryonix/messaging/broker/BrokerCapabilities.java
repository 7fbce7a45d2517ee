package dev.kryonix.messaging.broker;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a broker can do, by its version. RabbitMQ has three generations that differ in quorum
 * queues: up to 3.13, 4.0 to 4.2, and from 4.3.
 *
 * @param version the version as the broker says it
 * @param quorumPriorities the priorities that a quorum queue has by itself: 1 is none
 * @param defaultDeliveryLimit whether deliveries are counted against a limit by default
 * @param nativeDelayedRetry whether the broker delays retries by itself
 * @param streams whether it has streams
 * @param khepri whether its metadata is in Khepri only
 */
public record BrokerCapabilities(
    String version,
    int quorumPriorities,
    boolean defaultDeliveryLimit,
    boolean nativeDelayedRetry,
    boolean streams,
    boolean khepri) {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** What the broker of that version can do; a version that cannot be read counts as the oldest. */
  public static BrokerCapabilities of(String version) {
    Matcher matcher = VERSION.matcher(version);
    int generation =
        matcher.matches()
            ? 1000 * Integer.parseInt(matcher.group(1)) + Integer.parseInt(matcher.group(2))
            : 0;
    if (generation >= 4003) {
      return new BrokerCapabilities(version, 32, true, true, true, true);
    }
    boolean four = generation >= 4000;
    return new BrokerCapabilities(version, four ? 2 : 1, four, false, generation >= 3009, false);
  }
}
