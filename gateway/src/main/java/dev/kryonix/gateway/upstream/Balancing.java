package dev.kryonix.gateway.upstream;

import dev.kryonix.api.policy.v1.Idempotency;
import dev.kryonix.gateway.contract.Rpc;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How grpc-java is to spread the calls to one service, as a gRPC service config: over all
 * connections in turn, past replicas that say they don't serve (gRFC A17) or that fail most of what
 * they get (A50), with a second try for calls that may be repeated (A6).
 *
 * <p>The numbers of outlier detection are those of A50, but that two replicas suffice, and that a
 * replica is only left out when it fails nearly everything: grpc-java takes every status but OK for
 * a failure, and what one tenant's clients do wrong must not look like a broken replica. At most
 * half of the replicas are left out, the last never.
 */
final class Balancing {
  private static final Set<Idempotency> REPEATABLE =
      EnumSet.of(Idempotency.IDEMPOTENCY_NO_SIDE_EFFECTS, Idempotency.IDEMPOTENCY_IDEMPOTENT);

  private Balancing() {}

  /** The config for a service with these RPCs. */
  static Map<String, ?> of(List<Rpc> rpcs) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(
        "loadBalancingConfig", List.of(Map.of("outlier_detection_experimental", outliers())));
    rpcs.stream()
        .findFirst()
        .ifPresent(rpc -> config.put("healthCheckConfig", Map.of("serviceName", service(rpc))));
    List<Map<String, String>> repeatable = new ArrayList<>();
    for (Rpc rpc : rpcs) {
      if (REPEATABLE.contains(rpc.policy().idempotency()) && !rpc.method().isClientStreaming()) {
        repeatable.add(Map.of("service", service(rpc), "method", rpc.method().getName()));
      }
    }
    if (!repeatable.isEmpty()) {
      config.put("methodConfig", List.of(Map.of("name", repeatable, "retryPolicy", retries())));
      // A service that fails more than every eleventh call is not asked again for each.
      config.put("retryThrottling", Map.of("maxTokens", 100d, "tokenRatio", 0.1));
    }
    return config;
  }

  private static String service(Rpc rpc) {
    return rpc.method().getService().getFullName();
  }

  private static Map<String, ?> outliers() {
    return Map.of(
        "interval",
        "10s",
        "baseEjectionTime",
        "30s",
        "maxEjectionTime",
        "300s",
        "maxEjectionPercent",
        50d,
        "successRateEjection",
        Map.of(
            "stdevFactor", 1900d,
            "enforcementPercentage", 100d,
            "minimumHosts", 5d,
            "requestVolume", 100d),
        "failurePercentageEjection",
        Map.of(
            "threshold", 90d,
            "enforcementPercentage", 100d,
            "minimumHosts", 2d,
            "requestVolume", 50d),
        "childPolicy",
        List.of(Map.of("round_robin", Map.of())));
  }

  private static Map<String, ?> retries() {
    return Map.of(
        "maxAttempts",
        3d,
        "initialBackoff",
        "0.05s",
        "maxBackoff",
        "0.5s",
        "backoffMultiplier",
        2d,
        "retryableStatusCodes",
        List.of("UNAVAILABLE"));
  }
}
