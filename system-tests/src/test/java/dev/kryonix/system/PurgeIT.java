package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.DeleteTenantRequest;
import dev.kryonix.api.tenant.v1.Erasure;
import dev.kryonix.api.tenant.v1.PurgeTenantRequest;
import dev.kryonix.api.tenant.v1.ServiceErasure;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.system.platform.Median;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.TestTenant;
import dev.kryonix.system.story.Operator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is erased and what is revoked is so in the engines and at every door. */
@OnPlatform
final class PurgeIT {
  private static final int TIMES = 5;

  @Test
  void aPurgedTenantLeavesNothingInAnyEngineAndTheCertificateSaysSo(Platform platform)
      throws Exception {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();
    Tenant record = operator.get(tenant.id());
    tenant.app().publish("agendamento", "reminders.send", Map.of("text", "a"));
    tenant.app().cache("agendamento/user_data/ana", ByteString.copyFromUtf8("14:30"));
    String backup = tenant.app().startBackup().getBackup();
    tenant.app().awaitBackup(backup);

    assertThat(Refusal.of(operator.rest().post(purge(record), order(record))).reason())
        .isEqualTo("STATE_CONFLICT");
    operator
        .rest()
        .post(
            "/v1/tenants/" + tenant.id() + ":delete",
            DeleteTenantRequest.newBuilder().setTenant(tenant.id()).build())
        .as(Tenant.getDefaultInstance());

    await().atMost(Duration.ofSeconds(30)).until(() -> erasure(operator, record).getFinished());

    Erasure erasure = erasure(operator, record);
    assertThat(erasure.getServicesList())
        .extracting(ServiceErasure::getService)
        .containsExactly("backup", "cache", "messaging", "tenant");
    assertThat(before(erasure, "messaging", "messaging.vhosts")).isEqualTo(1);
    assertThat(before(erasure, "messaging", "messaging.queues")).isPositive();
    assertThat(before(erasure, "cache", "cache.keys")).isPositive();
    assertThat(before(erasure, "backup", "backup.objects")).isPositive();
    assertThat(before(erasure, "backup", "backup.backups")).isEqualTo(1);
    assertThat(erasure.getServicesList())
        .allSatisfy(part -> assertThat(part.getCountsAfterMap().values()).containsOnly(0L));
    assertThat(platform.broker().vhosts(tenant.id())).isEmpty();
    assertThat(platform.broker().users(tenant.id())).isEmpty();
    SignedJWT certificate = SignedJWT.parse(erasure.getCertificate());
    JWKSet keys = JWKSet.parse(platform.rest().get("/.well-known/jwks.json").body());
    assertThat(
            certificate.verify(
                new ECDSAVerifier(
                    keys.getKeyByKeyId(certificate.getHeader().getKeyID()).toECKey())))
        .isTrue();
    assertThat(platform.rest().withToken(erasure.getCertificate()).get("/v1/backups").status())
        .isEqualTo(401);
    assertThat(tenant.rest().get("/v1/backups").isOk()).isFalse();
  }

  @Test
  void aRevokedKeyOpensNothingWithinASecondNotEvenWhatASuspendedTenantMaySee(Platform platform) {
    TestTenant tenant = platform.newTenant();
    Operator operator = platform.operator();
    String path = "/v1/tenants/" + tenant.id();
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      var created = operator.createApiKey(tenant.id(), List.of("tenant.read"));
      var caller = platform.rest().withToken(operator.token(created.getKey()).getToken());
      assertThat(caller.get(path).status()).isEqualTo(200);

      operator.rest().send("DELETE", path + "/apiKeys/" + created.getApiKey().getId(), "");

      long revoked = System.nanoTime();
      await()
          .atMost(Duration.ofSeconds(30))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(50))
          .untilAsserted(() -> assertThat(caller.get(path).status()).isEqualTo(401));
      times.add(Duration.ofNanos(System.nanoTime() - revoked));
      assertThat(Refusal.of(caller.get(path)).code()).isEqualTo(Code.UNAUTHENTICATED);
    }
    assertThat(Median.of(times)).as("%s", times).isLessThan(Duration.ofSeconds(1));
  }

  private static Erasure erasure(Operator operator, Tenant tenant) {
    return operator.rest().post(purge(tenant), order(tenant)).as(Erasure.getDefaultInstance());
  }

  private static String purge(Tenant tenant) {
    return "/v1/tenants/" + tenant.getId() + ":purge";
  }

  private static PurgeTenantRequest order(Tenant tenant) {
    return PurgeTenantRequest.newBuilder().setUid(tenant.getUid()).setSkipGrace(true).build();
  }

  private static long before(Erasure erasure, String service, String kind) {
    return erasure.getServicesList().stream()
        .filter(part -> part.getService().equals(service))
        .findFirst()
        .orElseThrow()
        .getCountsBeforeOrDefault(kind, -1);
  }
}
