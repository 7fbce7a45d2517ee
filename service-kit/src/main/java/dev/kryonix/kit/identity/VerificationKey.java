package dev.kryonix.kit.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.util.Optional;

/**
 * A public key of an issuer, bound to the one algorithm that it is for. A token that names another
 * algorithm than its key's is not verified at all (RFC 8725 section 3.2).
 */
public final class VerificationKey {
  private static final int MIN_RSA_BITS = 2048;

  /** A larger key would make every check of a signature expensive. */
  private static final int MAX_RSA_BITS = 8192;

  private final String id;
  private final TokenAlgorithm algorithm;
  private final JWK key;
  private final JWSVerifier verifier;

  private VerificationKey(String id, TokenAlgorithm algorithm, JWK key, JWSVerifier verifier) {
    this.id = id;
    this.algorithm = algorithm;
    this.key = key;
    this.verifier = verifier;
  }

  /**
   * The key in a JWK, when it can verify tokens: with an id, for signatures, of a kind and size
   * that we accept. A private key's public part counts; a symmetric key never does.
   */
  public static Optional<VerificationKey> of(JWK jwk) {
    String id = jwk.getKeyID();
    JWK key = jwk.toPublicJWK();
    if (id == null || key == null || !isForSignatures(jwk)) {
      return Optional.empty();
    }
    try {
      return switch (key) {
        case ECKey ec when Curve.P_256.equals(ec.getCurve()) ->
            bound(id, TokenAlgorithm.ES256, ec, new ECDSAVerifier(ec));
        case OctetKeyPair okp when Curve.Ed25519.equals(okp.getCurve()) ->
            bound(id, TokenAlgorithm.EDDSA, okp, new EdDsaVerifier(okp));
        case RSAKey rsa when rsa.size() >= MIN_RSA_BITS && rsa.size() <= MAX_RSA_BITS ->
            bound(id, TokenAlgorithm.RS256, rsa, new RSASSAVerifier(rsa));
        default -> Optional.empty();
      };
    } catch (JOSEException | IllegalArgumentException e) {
      // A point that is not on its curve, say: such a key verifies nothing.
      return Optional.empty();
    }
  }

  private static Optional<VerificationKey> bound(
      String id, TokenAlgorithm algorithm, JWK key, JWSVerifier verifier) {
    boolean forAnother =
        key.getAlgorithm() != null
            && !TokenAlgorithm.named(key.getAlgorithm().getName()).equals(Optional.of(algorithm));
    return forAnother
        ? Optional.empty()
        : Optional.of(new VerificationKey(id, algorithm, key, verifier));
  }

  private static boolean isForSignatures(JWK jwk) {
    return (jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE))
        && (jwk.getKeyOperations() == null
            || jwk.getKeyOperations().contains(KeyOperation.VERIFY)
            || jwk.getKeyOperations().contains(KeyOperation.SIGN));
  }

  /** The key id, as in the `kid` of a token. */
  public String id() {
    return id;
  }

  /** The algorithm that the key is for. */
  public TokenAlgorithm algorithm() {
    return algorithm;
  }

  /** Whether the key made the token's signature, with the key's own algorithm. */
  boolean signed(SignedJWT token) {
    if (!TokenAlgorithm.of(token.getHeader().getAlgorithm()).equals(Optional.of(algorithm))) {
      return false;
    }
    try {
      return token.verify(verifier);
    } catch (JOSEException e) {
      return false;
    }
  }

  /** The same id with other key material is another key. */
  @Override
  public boolean equals(Object other) {
    return other instanceof VerificationKey that && id.equals(that.id) && key.equals(that.key);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return algorithm + " key " + id;
  }
}
