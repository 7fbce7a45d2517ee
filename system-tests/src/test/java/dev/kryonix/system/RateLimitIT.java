package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.system.gateway.RestAnswer;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
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

  @Test
  void aTenantOverItsRateIsToldWhenToComeBackAndOthersAreServed(Platform platform) {
    TestTenant tenant = platform.newTenant();
    TestTenant other = platform.newTenant();
    limit(platform, tenant);

    List<RestAnswer> answers = new ArrayList<>();
    for (int i = 0; i < PER_HOUR + 20; i++) {
      answers.add(tenant.rest().get("/v1/backups"));
    }

    long served = answers.stream().filter(answer -> answer.status() == 200).count();
    assertThat(served).isBetween(PER_HOUR - 5L, (long) PER_HOUR + AHEAD);
    RestAnswer refused = answers.getLast();
    assertThat(refused.status()).isEqualTo(429);
    assertThat(Refusal.of(refused).reason()).isEqualTo("RATE_LIMITED");
    assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0)).isBetween(1L, 450L);
    assertThat(refused.headers().firstValue("ratelimit-policy").orElse(""))
        .contains("\"hour\";q=" + PER_HOUR + ";w=3600");
    assertThat(refused.headers().firstValue("ratelimit").orElse("")).contains("r=0");
    assertThat(
            Refusal.ofCall(
                    () ->
                        BackupServiceGrpc.newBlockingStub(tenant.grpc())
                            .listBackups(ListBackupsRequest.getDefaultInstance()))
                .reason())
        .isEqualTo("RATE_LIMITED");
    assertThat(other.rest().get("/v1/backups").status()).isEqualTo(200);
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
