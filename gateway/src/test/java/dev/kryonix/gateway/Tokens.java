package dev.kryonix.gateway;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.kit.identity.VerificationKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.UUID;

/** Tokens as the platform's issuer signs them, and as attackers would like to. */
final class Tokens {
  static final String KEY_ID = "test-key";
  private static final ECKey KEY = key(KEY_ID);

  private Tokens() {}

  static ECPublicKey publicKey() {
    try {
      return KEY.toECPublicKey();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static Optional<VerificationKey> verificationKey() {
    return VerificationKey.of(KEY);
  }

  static JWTClaimsSet.Builder claims() {
    Instant now = Instant.now();
    return new JWTClaimsSet.Builder()
        .issuer("kryonix")
        .audience("kryonix")
        .subject("user-1")
        .jwtID(UUID.randomUUID().toString())
        .issueTime(Date.from(now))
        .notBeforeTime(Date.from(now.minusSeconds(1)))
        .expirationTime(Date.from(now.plusSeconds(300)))
        .claim("tenant", "acme")
        .claim("tenant_uid", "7f9c24e8-3b12-4fef-91e0-56a2d5a2ec8d")
        .claim("scope", "echo.call")
        .claim("plan", "basic");
  }

  static String good() {
    return signed(claims());
  }

  static String signed(JWTClaimsSet.Builder claims) {
    return sign(claims, JWSAlgorithm.ES256, KEY_ID, signer(KEY));
  }

  static String byAnotherKey() {
    return sign(claims(), JWSAlgorithm.ES256, KEY_ID, signer(key(KEY_ID)));
  }

  static String unsigned() {
    return new PlainJWT(claims().build()).serialize();
  }

  /**
   * HMAC under the issuer's public key, which a verifier that trusts the token's algorithm would
   * accept.
   */
  static String confused() {
    try {
      return sign(claims(), JWSAlgorithm.HS256, KEY_ID, new MACSigner(publicKey().getEncoded()));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String ofUnknownKey() {
    return sign(claims(), JWSAlgorithm.ES256, "../../etc/passwd", signer(key("other")));
  }

  /** Signed by a key that the token itself brings. */
  static String withOwnKey() {
    ECKey own = key(KEY_ID);
    try {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .keyID(KEY_ID)
                  .jwk(own.toPublicJWK())
                  .build(),
              claims().build());
      jwt.sign(signer(own));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sign(
      JWTClaimsSet.Builder claims, JWSAlgorithm algorithm, String keyId, JWSSigner signer) {
    try {
      SignedJWT jwt =
          new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims.build());
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JWSSigner signer(ECKey key) {
    try {
      return new ECDSASigner(key);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
