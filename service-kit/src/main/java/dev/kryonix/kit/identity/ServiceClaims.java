package dev.kryonix.kit.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A service of the platform: its name, which is its key's too, and nothing else. */
record ServiceClaims() implements TokenClaims {
  @Override
  public Principal read(JWTClaimsSet claims, String keyId, Instant expiry) {
    if (!keyId.equals(claims.getSubject())) {
      throw TokenErrors.invalid("a service signs for itself only");
    }
    return new Principal(
        keyId,
        Principal.Kind.SERVICE,
        Optional.empty(),
        Optional.empty(),
        Set.of(),
        Set.of(),
        "",
        expiry,
        Objects.requireNonNullElse(claims.getJWTID(), ""),
        false);
  }
}
