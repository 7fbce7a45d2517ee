package dev.kryonix.kit.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An issuer for tests: real keys, real signatures. */
public final class TestTokens implements KeySource {
  public static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Map<String, ECKey> keys = new ConcurrentHashMap<>();

  public TestTokens(String... keyIds) {
    for (String id : keyIds) {
      keys.put(id, newKey(id));
    }
  }

  @Override
  public Optional<VerificationKey> find(String keyId) {
    return Optional.ofNullable(keys.get(keyId)).flatMap(VerificationKey::of);
  }

  public ECKey key(String id) {
    ECKey key = keys.get(id);
    if (key == null) {
      throw new IllegalArgumentException(id);
    }
    return key;
  }

  public void withdraw(String id) {
    keys.remove(id);
  }

  /** A token of a tenant that would be accepted at {@link #NOW}. */
  public static JWTClaimsSet.Builder good() {
    return new JWTClaimsSet.Builder()
        .issuer(TrustedIssuer.PLATFORM_ISSUER)
        .audience(TrustedIssuer.PLATFORM_AUDIENCE)
        .subject("key_1")
        .jwtID("t1")
        .claim("tenant", "acme")
        .claim("tenant_uid", "00000000-0000-0001-0000-000000000002")
        .claim("scope", "cache.read cache.write")
        .issueTime(Date.from(NOW))
        .expirationTime(Date.from(NOW.plusSeconds(900)));
  }

  public static String sign(JWTClaimsSet claims, ECKey key) {
    return sign(
        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims, key);
  }

  static String sign(JWSHeader header, JWTClaimsSet claims, ECKey key) {
    try {
      SignedJWT jwt = new SignedJWT(header, claims);
      jwt.sign(new ECDSASigner(key));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static ECKey newKey(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
