package dev.kryonix.tenant.process;

import static dev.kryonix.tenant.process.Caller.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.tenant.v1.AccessServiceGrpc;
import dev.kryonix.api.tenant.v1.CreateApiKeyRequest;
import dev.kryonix.api.tenant.v1.CreateApiKeyResponse;
import dev.kryonix.api.tenant.v1.GetJwksRequest;
import dev.kryonix.api.tenant.v1.IssueTokenRequest;
import dev.kryonix.api.tenant.v1.IssueTokenResponse;
import dev.kryonix.api.tenant.v1.Jwk;
import dev.kryonix.api.tenant.v1.ListTenantsRequest;
import dev.kryonix.api.tenant.v1.RevokeApiKeyRequest;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.api.tenant.v1.UpdateTenantRequest;
import io.grpc.Status.Code;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Keys and tokens. */
final class AccessIT extends OnTenantService {
  private static final int STRANGERS = 40;
  private static final int TIMES = 5;

  @Test
  void aKeyBecomesATokenThatTheJwksVerifiesAndNoMoreThanTheKeyPermits() throws Exception {
    String id = newId();
    Tenant tenant = createActive(id);
    CreateApiKeyResponse key = createKey(id, "", "cache.read", "cache.write");

    IssueTokenResponse issued =
        issue(
            IssueTokenRequest.newBuilder()
                .setApiKey(key.getKey())
                .addScopes("cache.read")
                .setTtl(Duration.newBuilder().setSeconds(60)));

    SignedJWT jwt = SignedJWT.parse(issued.getToken());
    assertThat(jwt.verify(new ECDSAVerifier(publicKey(jwt.getHeader().getKeyID())))).isTrue();
    assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo("kryonix");
    assertThat(jwt.getJWTClaimsSet().getAudience()).containsExactly("kryonix");
    assertThat(jwt.getJWTClaimsSet().getSubject()).isEqualTo(key.getApiKey().getId());
    assertThat(jwt.getJWTClaimsSet().getStringClaim("tenant")).isEqualTo(id);
    assertThat(jwt.getJWTClaimsSet().getStringClaim("tenant_uid")).isEqualTo(tenant.getUid());
    assertThat(jwt.getJWTClaimsSet().getStringClaim("scope")).isEqualTo("cache.read");
    assertThat(jwt.getJWTClaimsSet().getStringClaim("plan")).isEqualTo("pro");
    assertThat(jwt.getJWTClaimsSet().getStringListClaim("modules"))
        .containsExactlyElementsOf(tenant.getModulesList());
    assertThat(jwt.getJWTClaimsSet().getExpirationTime().toInstant())
        .isBefore(Instant.now().plusSeconds(61));

    assertThat(
            refusal(
                () ->
                    issue(
                        IssueTokenRequest.newBuilder()
                            .setApiKey(key.getKey())
                            .addScopes("backup.run"))))
        .isEqualTo(new Caller.Refusal(Code.PERMISSION_DENIED, "SCOPE_MISSING", List.of()));
    assertThat(
            refusal(
                () ->
                    issue(
                        IssueTokenRequest.newBuilder()
                            .setApiKey(key.getKey())
                            .setTtl(Duration.newBuilder().setSeconds(901)))))
        .isEqualTo(invalid("INVALID_FIELD", "ttl"));
    String wrong = key.getKey().substring(0, key.getKey().length() - 4) + "AAAA";
    for (String bad : List.of(wrong, "kry_nothing", TenantProcess.ADMIN_KEY + "x")) {
      assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(bad))).reason())
          .isEqualTo("API_KEY_INVALID");
    }
  }

  @Test
  void aRevokedKeyGetsNoTokenAndTheServicesLearnOfIt() {
    String id = newId();
    createActive(id);
    List<java.time.Duration> times = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      CreateApiKeyResponse key = createKey(id, "", "cache.read");
      issue(IssueTokenRequest.newBuilder().setApiKey(key.getKey()));

      admin()
          .access()
          .revokeApiKey(
              RevokeApiKeyRequest.newBuilder()
                  .setTenant(id)
                  .setApiKey(key.getApiKey().getId())
                  .build());

      long revoked = System.nanoTime();
      assertThat(
              refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(key.getKey()))).code())
          .isEqualTo(Code.UNAUTHENTICATED);
      await()
          .pollDelay(java.time.Duration.ZERO)
          .until(
              () ->
                  messaging()
                      .desired(id)
                      .orElseThrow()
                      .getRevokedList()
                      .contains(key.getApiKey().getId()));
      times.add(java.time.Duration.ofNanos(System.nanoTime() - revoked));
    }
    assertThat(Median.of(times)).as("%s", times).isLessThan(java.time.Duration.ofSeconds(1));
  }

  @Test
  void aRepeatedCreateApiKeyGetsTheSameSecret() {
    String id = newId();
    createActive(id);

    CreateApiKeyResponse first = createKey(id, "r-" + id, "cache.read");

    assertThat(createKey(id, "r-" + id, "cache.read")).isEqualTo(first);
    assertThat(createKey(id, "", "cache.read").getKey()).isNotEqualTo(first.getKey());
    assertThat(Caller.with(service().channel(), first.getKey())).isNotNull();
  }

  @Test
  void aTenantsOwnTokenReachesNeitherAnotherTenantNorThePlatform() {
    String own = newId();
    String other = newId();
    createActive(own);
    createActive(other);
    Caller tenant =
        Caller.with(
            service().channel(), createKey(own, "", "tenant.read", "tenant.write").getKey());

    assertThat(tenant.tenants().getTenant(named(own)).getTenant().getId()).isEqualTo(own);
    assertThat(refusal(() -> tenant.tenants().getTenant(named(other))).reason())
        .isEqualTo("TENANT_MISMATCH");
    assertThat(
            refusal(() -> tenant.tenants().listTenants(ListTenantsRequest.getDefaultInstance()))
                .code())
        .isEqualTo(Code.PERMISSION_DENIED);
    assertThat(
            refusal(
                    () ->
                        tenant
                            .tenants()
                            .updateTenant(
                                UpdateTenantRequest.newBuilder()
                                    .setTenant(Tenant.newBuilder().setId(own).setPlan("enterprise"))
                                    .setUpdateMask(FieldMask.newBuilder().addPaths("plan"))
                                    .build()))
                .reason())
        .isEqualTo("SCOPE_MISSING");
    assertThat(
            refusal(
                    () ->
                        tenant
                            .access()
                            .createApiKey(
                                CreateApiKeyRequest.newBuilder()
                                    .setTenant(own)
                                    .setDisplayName("more")
                                    .addScopes("backup.admin")
                                    .build()))
                .reason())
        .as("no key can give what its maker lacks")
        .isEqualTo("SCOPE_MISSING");
  }

  @Test
  void whoeverGuessesAKeyIsSlowedDownAndWhoeverHasItIsNot() {
    String id = newId();
    createActive(id);
    String key = createKey(id, "", "tenant.read").getKey();
    String wrong = key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A");
    for (int i = 0; i < 10; i++) {
      assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(wrong))).reason())
          .isEqualTo("API_KEY_INVALID");
    }

    assertThat(refusal(() -> issue(IssueTokenRequest.newBuilder().setApiKey(wrong))).reason())
        .isEqualTo("RATE_LIMITED");
    assertThat(issue(IssueTokenRequest.newBuilder().setApiKey(key)).getToken()).isNotEmpty();
  }

  /** Each could be under a key that another replica has just made. */
  @Test
  void manyStrangersAtOnceHaveTheKeysReadOnce() throws Exception {
    Caller stranger = Caller.withToken(service().channel(), strangersToken());
    Queue<String> answers = new ConcurrentLinkedQueue<>();
    try (CountedKeys keys = CountedKeys.open()) {
      // The keys are not read again for a second.
      await()
          .until(
              () -> {
                refusal(() -> stranger.tenants().getTenant(named("acme")));
                return keys.readings() > 0;
              });
      await().pollDelay(java.time.Duration.ofMillis(1100)).until(() -> true);
      long before = keys.readings();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < STRANGERS; i++) {
          threads.execute(
              () ->
                  answers.add(refusal(() -> stranger.tenants().getTenant(named("acme"))).reason()));
        }
      }

      // Whoever comes a second later may have them read once more.
      assertThat(keys.readings() - before).isBetween(1L, STRANGERS / 4L);
    }
    assertThat(answers).hasSize(STRANGERS).containsOnly("TOKEN_INVALID");
  }

  private static String strangersToken() throws JOSEException {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("nobodys").generate();
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder().issuer("kryonix").audience("kryonix").build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  private ECKey publicKey(String id) {
    Jwk jwk =
        AccessServiceGrpc.newBlockingStub(service().channel())
            .getJwks(GetJwksRequest.getDefaultInstance())
            .getKeysList()
            .stream()
            .filter(each -> each.getKid().equals(id))
            .findFirst()
            .orElseThrow();
    return new ECKey.Builder(
            Curve.parse(jwk.getCrv()), new Base64URL(jwk.getX()), new Base64URL(jwk.getY()))
        .build();
  }
}
