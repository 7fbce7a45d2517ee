package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.SubscribeStart;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.messaging.topology.LiveQueue;
import dev.kryonix.messaging.topology.Operations;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a subscription is to be.
 *
 * @param queues the operations' queues
 * @param limits how much may be outstanding
 * @param lease how long a delivery may stay unsettled
 * @param keepAlive how often something is said
 * @param jsonPayloads whether JSON is handed over as such
 * @param filter which messages of the queues
 */
record SubscriptionStart(
    List<LiveQueue> queues,
    Limits limits,
    Duration lease,
    Duration keepAlive,
    boolean jsonPayloads,
    Filter filter) {

  private static final Duration LEASE = Duration.ofSeconds(60);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  private static final int PULLED_MESSAGES = 10;

  /**
   * With a message's attributes and tokens less than the 4 MiB that gRPC clients take by default.
   */
  private static final long PULLED_BYTES = 3L * 1024 * 1024;

  SubscriptionStart {
    queues = List.copyOf(queues);
  }

  static SubscriptionStart of(TenantView tenant, Operations operations, SubscribeStart start) {
    return new SubscriptionStart(
        operations.matching(tenant, start.getSourcesList()),
        Limits.of(start.getFlowLimits()),
        start.hasLease() ? duration(start.getLease()) : LEASE,
        start.hasKeepAlive() ? duration(start.getKeepAlive()) : KEEP_ALIVE,
        start.getJsonPayloads(),
        new Filter(start.getAttributesMap()));
  }

  static SubscriptionStart of(TenantView tenant, Operations operations, PullRequest pull) {
    return new SubscriptionStart(
        operations.matching(tenant, pull.getSourcesList()),
        new Limits(
            pull.getMaxMessages() == 0 ? PULLED_MESSAGES : pull.getMaxMessages(),
            pull.getMaxBytes() == 0 ? PULLED_BYTES : pull.getMaxBytes()),
        pull.hasLease() ? duration(pull.getLease()) : LEASE,
        KEEP_ALIVE,
        pull.getJsonPayloads(),
        new Filter(Map.of()));
  }

  static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
