package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.ServiceCalls;
import dev.kryonix.system.platform.TestTenant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A tenant gets what its plan permits, over REST and gRPC together, and nobody else pays for it.
 */
@OnPlatform
final class RateLimitIT {
  private static final int PER_HOUR = 40;

  /** A gateway may let two leases pass ahead of the shared count; a lease of this limit is two. */
  private static final int AHEAD = 4;

  /**
   * Of the shared count and of the gateway's own, which serves as much again while Redis does not
   * answer in time: then the last call is refused, too.
   */
  private static final int CALLS = 2 * PER_HOUR + 20;

  @Test
  void aTenantOverItsRateIsToldWhenToComeBackAndOthersAreServed(Platform platform) {
    TestTenant other = platform.newTenant();

    // Where everything runs at once, Redis may be late for some of them.
    List<Spent> all = new ArrayList<>();
    while (all.size() < 8 && all.stream().filter(Spent::isWithinBounds).count() < 2) {
      all.add(spend(platform));
    }

    assertThat(all).extracting(spent -> spent.answers().getLast().status()).containsOnly(429);
    assertThat(all).filteredOn(Spent::isWithinBounds).as("%s", all).hasSizeGreaterThanOrEqualTo(2);
    assertThat(all)
        .filteredOn(Spent::isWithinBounds)
        .anySatisfy(
            spent -> {
              RestAnswer refused = spent.answers().getLast();
              assertThat(Refusal.of(refused).reason()).isEqualTo("RATE_LIMITED");
              assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0))
                  .isBetween(1L, 450L);
              assertThat(refused.headers().firstValue("ratelimit-policy").orElse(""))
                  .contains("\"hour\";q=" + PER_HOUR + ";w=3600");
              assertThat(refused.headers().firstValue("ratelimit").orElse("")).contains("r=0");
              assertThat(spent.overGrpc()).isEqualTo("RATE_LIMITED");
            });
    assertThat(other.rest().get("/v1/backups").status()).isEqualTo(200);
  }

  /**
   * What a tenant got that asked for more than it may.
   *
   * @param overGrpc what a call over gRPC came to afterwards
   */
  private record Spent(List<RestAnswer> answers, String overGrpc) {
    long served() {
      return answers.stream().filter(answer -> answer.status() == 200).count();
    }

    boolean isWithinBounds() {
      return served() >= PER_HOUR - 5 && served() <= PER_HOUR + AHEAD;
    }

    @Override
    public String toString() {
      return served() + " served, over gRPC " + overGrpc;
    }
  }

  private static Spent spend(Platform platform) {
    TestTenant tenant = platform.newTenant();
    limit(platform, tenant);
    List<RestAnswer> answers = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      answers.add(tenant.rest().get("/v1/backups"));
    }
    return new Spent(answers, overGrpc(tenant));
  }

  private static String overGrpc(TestTenant tenant) {
    return ServiceCalls.outcome(
        () ->
            BackupServiceGrpc.newBlockingStub(tenant.grpc())
                .listBackups(ListBackupsRequest.getDefaultInstance()));
  }

  /** The tenant's own limit, once the gateway has heard of it. */
  private static void limit(Platform platform, TestTenant tenant) {
    assertThat(
            platform
                .operator()
                .rest()
                .send(
                    "PATCH",
                    "/v1/tenants/" + tenant.id() + "?updateMask=overrides",
                    "{\"overrides\":{\"gateway\":{\"requestsPerHour\":\"%d\",\"burstPerSecond\":1000}}}"
                        .formatted(PER_HOUR))
                .status())
        .isEqualTo(200);
    await()
        .until(
            () ->
                tenant
                    .rest()
                    .get("/v1/backups")
                    .headers()
                    .firstValue("ratelimit-policy")
                    .orElse("")
                    .contains("q=" + PER_HOUR));
  }
}
