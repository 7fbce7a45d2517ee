package dev.kryonix.kit.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.text.ParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a JSON Web Key Set (RFC 7517), of which counts what can verify tokens. */
final class Jwks {
  /** A set with more keys than this is not a set of signing keys. */
  private static final int MOST_KEYS = 100;

  private Jwks() {}

  /** The usable keys by id, of these algorithms; the first of an id wins. */
  static Map<String, VerificationKey> parse(String json, Set<TokenAlgorithm> algorithms)
      throws KeysUnavailableException {
    try {
      return usable(JWKSet.parse(json).getKeys(), algorithms);
    } catch (ParseException e) {
      throw new KeysUnavailableException("the answer is not a JWK set", e);
    }
  }

  static Map<String, VerificationKey> usable(List<JWK> keys, Set<TokenAlgorithm> algorithms)
      throws KeysUnavailableException {
    if (keys.size() > MOST_KEYS) {
      throw new KeysUnavailableException("the JWK set has more than " + MOST_KEYS + " keys");
    }
    Map<String, VerificationKey> usable = new HashMap<>();
    keys.stream()
        .map(VerificationKey::of)
        .flatMap(Optional::stream)
        .filter(key -> algorithms.contains(key.algorithm()))
        .forEach(key -> usable.putIfAbsent(key.id(), key));
    if (usable.isEmpty()) {
      throw new KeysUnavailableException("the JWK set has no key of " + algorithms);
    }
    return Map.copyOf(usable);
  }
}
