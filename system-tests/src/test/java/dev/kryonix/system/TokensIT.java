package dev.kryonix.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Code;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.kryonix.api.backup.v1.BackupServiceGrpc;
import dev.kryonix.api.backup.v1.ListBackupsRequest;
import dev.kryonix.api.cache.v1.CacheServiceGrpc;
import dev.kryonix.api.cache.v1.GetRequest;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.tenant.v1.GetTenantRequest;
import dev.kryonix.api.tenant.v1.TenantServiceGrpc;
import dev.kryonix.system.gateway.Grpc;
import dev.kryonix.system.platform.Forger;
import dev.kryonix.system.platform.OnPlatform;
import dev.kryonix.system.platform.Platform;
import dev.kryonix.system.platform.Refusal;
import dev.kryonix.system.platform.ShortLivedToken;
import dev.kryonix.system.platform.TestTenant;
import io.grpc.Channel;
import java.nio.file.Files;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tokens that must not be accepted, by the gateway and by every service behind it. */
@OnPlatform
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TokensIT {
  /** One call of each service that needs a token. */
  private static final Map<String, Call> CALLS =
      Map.of(
          "tenant",
          (channel, tenant) ->
              TenantServiceGrpc.newBlockingStub(channel)
                  .getTenant(GetTenantRequest.newBuilder().setTenant(tenant).build()),
          "messaging",
          (channel, tenant) ->
              MessagingServiceGrpc.newBlockingStub(channel)
                  .publish(
                      PublishRequest.newBuilder()
                          .setModule("crm")
                          .setOperation("leads.create")
                          .build()),
          "cache",
          (channel, tenant) ->
              CacheServiceGrpc.newBlockingStub(channel)
                  .get(
                      GetRequest.newBuilder().setModule("crm").setType("temp").setKey("k").build()),
          "backup",
          (channel, tenant) ->
              BackupServiceGrpc.newBlockingStub(channel)
                  .listBackups(ListBackupsRequest.getDefaultInstance()));

  private final Platform platform;
  private final TestTenant tenant;

  TokensIT(Platform platform) {
    this.platform = platform;
    tenant = platform.newTenant();
  }

  @ParameterizedTest
  @MethodSource("forgeries")
  void aForgedTokenIsUnauthenticatedEverywhere(String kind, String token) {
    assertRefusedEverywhere(token, tenant, "TOKEN_INVALID");
  }

  Stream<Arguments> forgeries() throws JOSEException, ParseException, java.io.IOException {
    Forger forger = new Forger(tenant.token());
    String jwks = platform.rest().get("/.well-known/jwks.json").body();
    ECKey publicKey = JWKSet.parse(jwks).getKeys().getFirst().toECKey();
    byte[] der = publicKey.toECPublicKey().getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
    ECKey servicesKey =
        ECKey.parse(Files.readString(platform.instance().home().resolve("keys/cache.jwk")));
    return Stream.of(
        Arguments.of("wrong signature", forger.wrongSignature()),
        Arguments.of("changed claims", forger.changedClaims()),
        Arguments.of("alg none", forger.unsecured("none")),
        Arguments.of("alg NONE", forger.unsecured("nOnE")),
        Arguments.of("HMAC with the public key as PEM", forger.hmac(Forger.secret(pem))),
        Arguments.of("HMAC with the public key as DER", forger.hmac(der)),
        Arguments.of(
            "HMAC with the public key as JWK",
            forger.hmac(Forger.secret(publicKey.toJSONString()))),
        Arguments.of("a key of the token's own", forger.embeddedKey()),
        Arguments.of("no key id", forger.withoutKeyId()),
        Arguments.of(
            "wrong audience, by a key of the platform",
            Forger.sign(
                forger
                    .claims()
                    .issuer("kryonix-services")
                    .audience("kryonix")
                    .subject("cache")
                    .build(),
                servicesKey)),
        Arguments.of(
            "a service that passes itself off as the issuer",
            Forger.sign(forger.claims().build(), servicesKey)),
        Arguments.of(
            "without expiry",
            Forger.sign(
                new JWTClaimsSet.Builder()
                    .issuer("kryonix-services")
                    .audience("kryonix-internal")
                    .subject("cache")
                    .claim("iat", Instant.now().getEpochSecond())
                    .build(),
                servicesKey)),
        Arguments.of("no JWT", "kry_x"));
  }

  @Test
  void anExpiredTokenIsUnauthenticatedEverywhere() {
    ShortLivedToken shortLived = platform.shortLived();
    await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> Instant.now().isAfter(shortLived.end()));

    assertRefusedEverywhere(shortLived.token(), shortLived.tenant(), "TOKEN_EXPIRED");
  }

  @Test
  void aCallWithoutTokenIsUnauthenticatedEverywhere() {
    var answer = platform.rest().get("/v1/tenants/" + tenant.id());
    assertThat(answer.status()).isEqualTo(401);
    assertThat(Refusal.of(answer).reason()).isEqualTo("TOKEN_MISSING");
    CALLS.forEach(
        (service, call) -> {
          assertRefused(call, platform.grpc().channel(), "TOKEN_MISSING");
          try (Grpc direct = new Grpc(platform.address(service))) {
            assertRefused(call, direct.channel(), "TOKEN_MISSING");
          }
        });
  }

  @Test
  void theRealTokenIsAcceptedByEachServiceItself() {
    CALLS.forEach(
        (service, call) -> {
          try (Grpc direct = new Grpc(platform.address(service))) {
            assertThat(call.make(direct.withToken(tenant.token()), tenant.id())).isNotNull();
          }
        });
  }

  private void assertRefusedEverywhere(String token, TestTenant tenant, String reason) {
    var answer = platform.rest().withToken(token).get("/v1/tenants/" + tenant.id());
    assertThat(answer.status()).isEqualTo(401);
    assertThat(Refusal.of(answer).reason()).isEqualTo(reason);
    CALLS.forEach(
        (service, call) -> {
          assertRefused(call, platform.grpc().withToken(token), reason);
          try (Grpc direct = new Grpc(platform.address(service))) {
            assertRefused(call, direct.withToken(token), reason);
          }
        });
  }

  private void assertRefused(Call call, Channel channel, String reason) {
    Refusal refusal = Refusal.ofCall(() -> call.make(channel, tenant.id()));
    assertThat(refusal.code()).isEqualTo(Code.UNAUTHENTICATED);
    assertThat(refusal.reason()).isEqualTo(reason);
  }

  private interface Call {
    Object make(Channel channel, String tenant);
  }
}
