package dev.kryonix.kit.identity;

import com.nimbusds.jose.JWSAlgorithm;
import java.util.Optional;

/**
 * The signature algorithms that there are for tokens. Whatever else a token names — {@code none},
 * an HMAC — has no value here, so that no code can accept it (RFC 8725 section 3.1).
 */
public enum TokenAlgorithm {
  /** ECDSA on P-256 with SHA-256. */
  ES256,
  /** Ed25519 (RFC 8037), also under its newer name (RFC 9864). */
  EDDSA,
  /** RSASSA-PKCS1-v1_5 with SHA-256, for issuers that have nothing better. */
  RS256;

  /** The algorithm of that name in a token or a key, exactly as registered. */
  static Optional<TokenAlgorithm> named(String name) {
    return switch (name) {
      case "ES256" -> Optional.of(ES256);
      case "EdDSA", "Ed25519" -> Optional.of(EDDSA);
      case "RS256" -> Optional.of(RS256);
      default -> Optional.empty();
    };
  }

  static Optional<TokenAlgorithm> of(JWSAlgorithm algorithm) {
    return named(algorithm.getName());
  }
}
