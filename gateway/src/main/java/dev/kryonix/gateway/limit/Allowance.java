package dev.kryonix.gateway.limit;

import java.time.Duration;

/**
 * What a tenant has left, as it is told over HTTP in the headers RateLimit-Policy and RateLimit
 * (draft-ietf-httpapi-ratelimit-headers).
 *
 * @param rate the tenant's limits
 * @param remaining how many requests are left now, about
 * @param waitNanos when the next request can be granted, if the call may not pass
 * @param passes whether the call may pass
 */
public record Allowance(Rate rate, long remaining, long waitNanos, boolean passes) {
  private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

  /** The limits: for each its size {@code q} and its window {@code w} in seconds. */
  public String policyHeader() {
    StringBuilder policy = new StringBuilder(48);
    if (rate.perHour() > 0) {
      policy.append("\"hour\";q=").append(rate.perHour()).append(";w=3600");
    }
    if (rate.perSecond() > 0) {
      policy
          .append(policy.isEmpty() ? "" : ", ")
          .append("\"second\";q=")
          .append(rate.perSecond())
          .append(";w=1");
    }
    return policy.toString();
  }

  /**
   * What remains of the limit that is nearest, {@code r}, and in how many seconds there is more,
   * {@code t}.
   */
  public String header() {
    String name = rate.perHour() > 0 ? "hour" : "second";
    return "\"" + name + "\";r=" + remaining + ";t=" + resetSeconds();
  }

  private long resetSeconds() {
    return passes ? 1 : Math.max(1, (waitNanos + SECOND_NANOS - 1) / SECOND_NANOS);
  }
}
