package dev.kryonix.kit.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Instant;

/** What an issuer's claims mean: how a token of it becomes a principal. */
sealed interface TokenClaims permits PlatformClaims, ServiceClaims, MappedClaims {
  /**
   * The principal that the verified claims stand for; refuses claims that make no sense.
   *
   * @param keyId the key that signed them
   */
  Principal read(JWTClaimsSet claims, String keyId, Instant expiry) throws ParseException;
}
