package dev.kryonix.kit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens as attackers write them: the header and the claims as raw JSON, signed for real. */
final class TokenAttacksTest {
  private static final String OUTSIDE = "https://id.example.com/";
  private static final ECKey PLATFORM = TestTokens.newKey("p");
  private static final ECKey SERVICE = TestTokens.newKey("cache");
  private static final ECKey EC = TestTokens.newKey("ec");
  private static final RSAKey RSA = rsa(2048);
  private static final KeyPair ED = ed25519();

  private final TokenVerifier verifier =
      new TokenVerifier(
          List.of(
              TrustedIssuer.platform(source(PLATFORM)),
              TrustedIssuer.services(source(SERVICE)),
              TrustedIssuer.outside(
                  config(Set.of(TokenAlgorithm.ES256, TokenAlgorithm.EDDSA)),
                  source(EC, RSA, edJwk()))),
          () -> TestTokens.NOW);

  @Test
  void eachAlgorithmThatItsIssuerMayUseIsAccepted() {
    assertThat(verifier.verify(es256("ES256", "ec", outside())).requireTenant().value())
        .isEqualTo("acme");
    assertThat(verifier.verify(ed("EdDSA", outside())).subject()).isEqualTo("u");
    assertThat(verifier.verify(ed("Ed25519", outside())).subject()).isEqualTo("u");
  }

  @Test
  void anAlgorithmThatTheIssuerMayNotUseIsRefusedThoughTheKeyIsItsOwn() {
    refused(sign("RS256", "rsa", outside(), rs256()));

    TokenVerifier withRsa =
        new TokenVerifier(
            List.of(TrustedIssuer.outside(config(Set.of(TokenAlgorithm.RS256)), source(EC, RSA))),
            () -> TestTokens.NOW);
    assertThat(withRsa.verify(sign("RS256", "rsa", outside(), rs256())).subject()).isEqualTo("u");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none", "None", "nOnE", "HS256", "HS384", "HS512", "ES384", "ES512", "ES256K", "PS256",
        "RS256", "RS384", "RS512", "EdDSA", "Ed25519", "Ed448", "es256", "ES256 ", "", "dir",
        "A128KW"
      })
  void anotherNameOfTheAlgorithmIsRefusedThoughTheSignatureIsTheKeys(String algorithm) {
    refused(es256(algorithm, "ec", outside()));
  }

  @Test
  void thePublicKeyIsNoHmacSecret() throws JOSEException {
    for (byte[] secret :
        List.of(
            PLATFORM.toECPublicKey().getEncoded(),
            PLATFORM.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
      refused(sign("HS256", "p", platform(), new MACSigner(secret)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../dev/null",
        "/dev/null",
        "p' OR '1'='1",
        "p\\u0000",
        "p\\n",
        "http://127.0.0.1:1/",
        "${jndi:ldap://127.0.0.1/x}",
        "",
        "P",
        " p"
      })
  void aKeyIdIsAWordToLookUpAndNothingElse(String keyId) {
    refused(es256("ES256", keyId, platform(), PLATFORM));
  }

  @Test
  void aHugeKeyIdIsRefused() {
    refused(es256("ES256", "p".repeat(129), platform(), PLATFORM));
  }

  static Stream<String> headers() {
    return Stream.of(
        "'crit':['exp']",
        "'crit':['b64'],'b64':false",
        "'b64':false",
        "'zip':'DEF'",
        "'enc':'A128GCM'",
        "'cty':'JWT'",
        "'typ':'JWE'",
        "'typ':'logout+jwt'",
        "'typ':'dpop+jwt'",
        "'typ':7",
        "'kid':'p'",
        "'alg':'none'");
  }

  @ParameterizedTest
  @MethodSource("headers")
  void aHeaderThatWouldChangeTheMeaningIsRefused(String member) {
    refused(signed("{'alg':'ES256','kid':'p'," + member + "}", platform(), es256(PLATFORM)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWT", "jwt", "at+jwt", "application/at+JWT"})
  void theTypeOfATokenIsAccepted(String type) {
    String header = "{'alg':'ES256','kid':'p','typ':'" + type + "'}";

    assertThat(verifier.verify(signed(header, platform(), es256(PLATFORM)))).isNotNull();
  }

  @Test
  void keysThatTheTokenBringsArePassedOver() {
    ECKey strangers = TestTokens.newKey("p");
    for (String member :
        List.of(
            "'jwk':" + strangers.toPublicJWK().toJSONString(),
            "'jku':'http://127.0.0.1:1/jwks.json'",
            "'x5u':'http://127.0.0.1:1/x.pem'")) {
      String header = "{'alg':'ES256','kid':'p'," + member + "}";
      refused(signed(header, platform(), es256(strangers)));
      assertThat(verifier.verify(signed(header, platform(), es256(PLATFORM)))).isNotNull();
    }
    refused(signed("{'alg':'ES256','kid':'p','x5c':['AAAA']}", platform(), es256(strangers)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'tenant':'acme'",
        "'exp':1",
        "'iss':'kryonix'",
        "'scope':'platform.admin'",
        "'aud':'kryonix'"
      })
  void aClaimThatIsThereTwiceIsRefused(String member) {
    refused(es256("ES256", "p", platform().replace("}", "," + member + "}"), PLATFORM));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'exp':'never'",
        "'exp':-1",
        "'exp':1e300",
        "'exp':null",
        "'exp':[]",
        "'nbf':'x'",
        "'iat':1798761600",
        "'aud':7",
        "'aud':[]",
        "'aud':['Kryonix']",
        "'iss':'Kryonix'",
        "'iss':'kryonix/'",
        "'iss':['kryonix']",
        "'tenant':7",
        "'tenant':['acme']",
        "'scope':7",
        "'scope':[7]",
        "'modules':'x'",
        "'modules':[7]",
        "'tenant_uid':'x'"
      })
  void aMalformedClaimIsRefused(String member) {
    Map<String, String> claims = new HashMap<>();
    for (String each : platform().replaceAll("[{}]", "").split(",", -1)) {
      claims.put(each.substring(0, each.indexOf(':')), each);
    }
    claims.put(member.substring(0, member.indexOf(':')), member);

    refused(es256("ES256", "p", "{" + String.join(",", claims.values()) + "}", PLATFORM));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "7", "'text'", "{'a':{'a':{'a':[[[["})
  void claimsThatAreNoObjectAreRefused(String claims) {
    refused(es256("ES256", "p", claims, PLATFORM));
  }

  @Test
  void deepNestingIsRefusedAndNothingWorse() {
    refused(es256("ES256", "p", "{'a':" + "[".repeat(3000), PLATFORM));
    refused(Base64URL.encode("{\"a\":".repeat(800)) + ".e30.AAAA");
  }

  @Test
  void encryptedAndNestedAndSplitTokensAreRefused() {
    String good = es256("ES256", "p", platform(), PLATFORM);
    refused(good + ".AAAA.BBBB");
    refused(good.substring(0, good.lastIndexOf('.')));
    refused(good.substring(0, good.lastIndexOf('.') + 1));
    refused("." + good);
    refused("{\"payload\":\"\",\"signatures\":[]}");
    refused(es256("ES256", "p", good, PLATFORM));
  }

  @Test
  void aSignatureOfZeroesIsRefused() {
    String good = es256("ES256", "p", platform(), PLATFORM);
    String zeroes = Base64URL.encode(new byte[64]).toString();

    refused(good.substring(0, good.lastIndexOf('.') + 1) + zeroes);
  }

  @Test
  void aServiceSignsForItselfOnly() {
    String claims =
        "{'iss':'kryonix-services','aud':'kryonix-internal','sub':'%s','exp':1767226500}";

    assertThat(verifier.verify(es256("ES256", "cache", claims.formatted("cache"), SERVICE)).kind())
        .isEqualTo(Principal.Kind.SERVICE);
    refused(es256("ES256", "cache", claims.formatted("backup"), SERVICE));
    refused(es256("ES256", "cache", platform(), SERVICE));
  }

  @Test
  void anIssuerOutsideSpeaksForItsTenantsOnlyAndNeverForThePlatform() {
    refused(es256("ES256", "ec", outside().replace("acme", "other"), EC));
    refused(es256("ES256", "ec", outside().replace("'tenant':'acme',", ""), EC));
    refused(es256("ES256", "ec", platform(), EC));
    refused(es256("ES256", "p", outside(), PLATFORM));

    Principal principal =
        verifier.verify(
            es256(
                "ES256",
                "ec",
                outside()
                    .replace("cache.read", "cache.read platform.admin platform.act-as")
                    .replace("'sub'", "'act':{'sub':'x'},'tenant_uid':'7','sub'"),
                EC));

    assertThat(principal.kind()).isEqualTo(Principal.Kind.TENANT);
    assertThat(principal.isPlatformAdmin()).isFalse();
    assertThat(principal.hasScope("cache.write")).isFalse();
    assertThat(principal.actingAs()).isFalse();
    assertThat(principal.tenantUid()).isEmpty();
  }

  @Test
  void scopesMayBeAListToo() {
    String claims = outside().replace("'cache.read'", "['cache.read','cache.write']");

    assertThat(verifier.verify(es256("ES256", "ec", claims, EC)).scopes())
        .containsExactlyInAnyOrder("cache.read", "cache.write");
  }

  @Test
  void aKeyThatIsTooSmallToTrustIsNone() {
    assertThat(VerificationKey.of(rsa(1024))).isEmpty();
  }

  private static String platform() {
    return "{'iss':'kryonix','aud':'kryonix','sub':'u','tenant':'acme','scope':'cache.read','exp':1767226500}";
  }

  private static String outside() {
    return "{'iss':'"
        + OUTSIDE
        + "','aud':'kryonix','tenant':'acme','sub':'u','scope':'cache.read','exp':1767226500}";
  }

  private static IssuerConfig config(Set<TokenAlgorithm> algorithms) {
    return new IssuerConfig(
        OUTSIDE,
        "kryonix",
        algorithms,
        URI.create("https://id.example.com/jwks"),
        "tenant",
        "scope",
        List.of("acme"),
        Duration.ofMinutes(5),
        Duration.ofSeconds(3));
  }

  private void refused(String token) {
    ServiceException refusal =
        catchThrowableOfType(ServiceException.class, () -> verifier.verify(token));
    assertThat(refusal).as(token).isNotNull();
    assertThat(refusal.reason())
        .as(refusal.getMessage())
        .isIn(
            ErrorReason.ERROR_REASON_TOKEN_INVALID,
            // Numbers of an expiry that lie in the past.
            ErrorReason.ERROR_REASON_TOKEN_EXPIRED);
  }

  private static String es256(String algorithm, String keyId, String claims) {
    return es256(algorithm, keyId, claims, EC);
  }

  private static String es256(String algorithm, String keyId, String claims, ECKey key) {
    return sign(algorithm, keyId, claims, es256(key));
  }

  private static String ed(String algorithm, String claims) {
    String input = input("{'alg':'" + algorithm + "','kid':'ed'}", claims);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(ED.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64URL.encode(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sign(String algorithm, String keyId, String claims, JWSSigner signer) {
    return signed("{'alg':'" + algorithm + "','kid':'" + keyId + "'}", claims, signer);
  }

  /** The signer's own signature over any header, whatever that says. */
  private static String signed(String header, String claims, JWSSigner signer) {
    String input = input(header, claims);
    var own = signer.supportedJWSAlgorithms().iterator().next();
    try {
      return input
          + "."
          + signer.sign(new JWSHeader(own), input.getBytes(StandardCharsets.US_ASCII));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String input(String header, String claims) {
    return Base64URL.encode(header.replace('\'', '"'))
        + "."
        + Base64URL.encode(claims.replace('\'', '"'));
  }

  private static JWSSigner es256(ECKey key) {
    try {
      return new ECDSASigner(key);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JWSSigner rs256() {
    try {
      return new RSASSASigner(RSA) {
        @Override
        public Set<JWSAlgorithm> supportedJWSAlgorithms() {
          return Set.of(JWSAlgorithm.RS256);
        }
      };
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeySource source(JWK... keys) {
    return id ->
        Arrays.stream(keys)
            .filter(key -> key.getKeyID().equals(id))
            .findFirst()
            .flatMap(VerificationKey::of);
  }

  private static RSAKey rsa(int bits) {
    try {
      return new RSAKeyGenerator(bits, true).keyID("rsa").generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JWK edJwk() {
    byte[] encoded = ED.getPublic().getEncoded();
    String x =
        Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length))
            .toString();
    String json = "{'kty':'OKP','crv':'Ed25519','kid':'ed','x':'" + x + "'}";
    try {
      return JWK.parse(json.replace('\'', '"'));
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }
}
