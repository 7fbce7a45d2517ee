package dev.kryonix.kit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TokenVerifierTest {
  private final TestTokens issuer = new TestTokens("k1", "k2");
  private Instant now = TestTokens.NOW;
  private final TokenVerifier verifier =
      new TokenVerifier(List.of(TrustedIssuer.platform(issuer)), () -> now);

  @Test
  void aGoodTokenStandsForItsTenant() {
    Principal principal = verifier.verify(good());

    assertThat(principal.kind()).isEqualTo(Principal.Kind.TENANT);
    assertThat(principal.requireTenant()).isEqualTo(new TenantId("acme"));
    assertThat(principal.requireTenantUid().toBytes().size()).isEqualTo(16);
    assertThat(principal.hasScope("cache.read")).isTrue();
    assertThat(principal.hasScope("cache.admin")).isFalse();
  }

  @Test
  void aTokenWithoutTenantStandsForThePlatform() {
    Principal principal =
        verifier.verify(
            sign(TestTokens.good().claim("tenant", null).claim("scope", "platform.admin")));

    assertThat(principal.kind()).isEqualTo(Principal.Kind.PLATFORM);
    assertThat(principal.hasScope("cache.read")).isTrue();
  }

  @Test
  void theScopeOfPlatformEngineersMeansNothingInATenantsToken() {
    Principal principal = verifier.verify(sign(TestTokens.good().claim("scope", "platform.admin")));

    assertThat(principal.hasScope("cache.read")).isFalse();
  }

  @Test
  void anUnsignedTokenIsRefused() {
    refused(new PlainJWT(TestTokens.good().build()).serialize());
  }

  @Test
  void aTokenSignedWithThePublicKeyAsAnHmacSecretIsRefused() throws JOSEException {
    ECKey key = issuer.key("k1");
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(),
            TestTokens.good().build());
    jwt.sign(new MACSigner(key.toECPublicKey().getEncoded()));

    refused(jwt.serialize());
  }

  @Test
  void aKeyInsideTheTokenIsNotUsed() {
    ECKey strangers = TestTokens.newKey("stranger");
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .keyID("stranger")
            .jwk(strangers.toPublicJWK())
            .build();

    refused(TestTokens.sign(header, TestTokens.good().build(), strangers));
  }

  @Test
  void aSignatureOfAnotherKeyIsRefused() {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("k1").build();

    refused(TestTokens.sign(header, TestTokens.good().build(), issuer.key("k2")));
  }

  @Test
  void aTokenWithoutKeyIdIsRefused() {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256).build();

    refused(TestTokens.sign(header, TestTokens.good().build(), issuer.key("k1")));
  }

  @Test
  void anotherIssuerIsRefused() {
    refused(sign(TestTokens.good().issuer("https://elsewhere")));
  }

  @Test
  void anotherAudienceIsRefused() {
    refused(sign(TestTokens.good().audience("elsewhere")));
  }

  @Test
  void aTokenWithoutExpiryIsRefused() {
    refused(sign(TestTokens.good().expirationTime(null)));
  }

  @Test
  void aTokenOfTheFutureIsRefusedBeyondTheSkew() {
    refused(sign(TestTokens.good().notBeforeTime(Date.from(now.plusSeconds(31)))));
    assertThat(
            verifier.verify(sign(TestTokens.good().notBeforeTime(Date.from(now.plusSeconds(29))))))
        .isNotNull();
  }

  @Test
  void aTokenDiesAtItsExpiryAlsoWhenItHasBeenSeenBefore() {
    String token = good();
    verifier.verify(token);

    now = TestTokens.NOW.plusSeconds(900 + 30);

    assertThat(refused(token).reason()).isEqualTo(ErrorReason.ERROR_REASON_TOKEN_EXPIRED);
  }

  @Test
  void aTokenDiesWithItsKeyAlsoWhenItHasBeenSeenBefore() {
    String token = good();
    verifier.verify(token);

    issuer.withdraw("k1");

    refused(token);
  }

  @Test
  void textThatIsNoTokenIsRefused() {
    refused("");
    refused("a.b.c");
    refused("x".repeat(9000));
    refused(good() + "x");
  }

  @Test
  void aMalformedTenantIsRefused() {
    refused(sign(TestTokens.good().claim("tenant", "Not A Tenant")));
    refused(sign(TestTokens.good().claim("tenant_uid", "7")));
  }

  private String good() {
    return sign(TestTokens.good());
  }

  private String sign(JWTClaimsSet.Builder claims) {
    return TestTokens.sign(claims.build(), issuer.key("k1"));
  }

  private ServiceException refused(String token) {
    ServiceException refusal =
        catchThrowableOfType(ServiceException.class, () -> verifier.verify(token));
    assertThat(refusal).as(token).isNotNull();
    assertThat(refusal.code()).isEqualTo(Code.UNAUTHENTICATED);
    return refusal;
  }
}
