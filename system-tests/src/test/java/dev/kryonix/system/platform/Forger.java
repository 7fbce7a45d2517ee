package dev.kryonix.system.platform;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;

/** Makes tokens that must not be accepted, out of one that is. */
public final class Forger {
  private final SignedJWT real;

  public Forger(String realToken) {
    try {
      real = SignedJWT.parse(realToken);
    } catch (ParseException e) {
      throw new IllegalArgumentException("the platform's token is no JWT", e);
    }
  }

  /** The same claims and key id, signed by a key of our own. */
  public String wrongSignature() {
    return sign(header(JWSAlgorithm.ES256).build(), claims().build(), signer(newKey()));
  }

  /** The same signature under other claims: one more scope. */
  public String changedClaims() {
    String claims =
        new JWTClaimsSet.Builder(claims().build())
            .claim("scope", "platform.admin")
            .build()
            .toString();
    String[] parts = real.serialize().split("\\.", -1);
    return parts[0] + "." + Base64URL.encode(claims) + "." + parts[2];
  }

  /** The same claims without a signature, and an algorithm that says so (RFC 7519 section 6). */
  public String unsecured(String none) {
    String header = "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(none, keyId());
    return Base64URL.encode(header) + "." + real.getPayload().toBase64URL() + ".";
  }

  /** The same claims under HMAC, with something public as its secret (RFC 8725 section 2.1). */
  public String hmac(byte[] publicKeyAsSecret) {
    try {
      return sign(
          header(JWSAlgorithm.HS256).build(), claims().build(), new MACSigner(publicKeyAsSecret));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same claims signed by a key of our own that the token brings along. */
  public String embeddedKey() {
    ECKey own = newKey();
    return sign(
        header(JWSAlgorithm.ES256).jwk(own.toPublicJWK()).build(), claims().build(), signer(own));
  }

  /** Without a key id, so that a verifier might try every key. */
  public String withoutKeyId() {
    return sign(
        new JWSHeader.Builder(JWSAlgorithm.ES256).build(), claims().build(), signer(newKey()));
  }

  /** The same claims under a key id of the attacker's, signed by a key of our own. */
  public String keyId(String keyId) {
    return sign(
        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keyId).build(),
        claims().build(),
        signer(newKey()));
  }

  /** The real signature under a header that names another algorithm. */
  public String renamedAlgorithm(String algorithm) {
    String[] parts = real.serialize().split("\\.", -1);
    String header = "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(algorithm, keyId());
    return Base64URL.encode(header) + "." + parts[1] + "." + parts[2];
  }

  /** The same claims, really signed with RSA, under the key id of a key on a curve. */
  public String rsa() {
    try {
      RSAKey own = new RSAKeyGenerator(2048).generate();
      return sign(header(JWSAlgorithm.RS256).build(), claims().build(), new RSASSASigner(own));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** These claims, signed by a key. */
  public static String sign(JWTClaimsSet claims, ECKey key) {
    return sign(
        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
        claims,
        signer(key));
  }

  /** The claims of the real token. */
  public JWTClaimsSet.Builder claims() {
    try {
      return new JWTClaimsSet.Builder(real.getJWTClaimsSet());
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  private JWSHeader.Builder header(JWSAlgorithm algorithm) {
    return new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).keyID(keyId());
  }

  private String keyId() {
    return real.getHeader().getKeyID();
  }

  private static ECKey newKey() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("own").generate();
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

  private static String sign(JWSHeader header, JWTClaimsSet claims, JWSSigner signer) {
    try {
      SignedJWT jwt = new SignedJWT(header, claims);
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A text as the bytes of an HMAC secret. */
  public static byte[] secret(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
