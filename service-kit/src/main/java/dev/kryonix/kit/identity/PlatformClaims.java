package dev.kryonix.kit.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The claims of the platform's own issuer. */
record PlatformClaims() implements TokenClaims {
  @Override
  public Principal read(JWTClaimsSet claims, String keyId, Instant expiry) throws ParseException {
    Optional<TenantId> tenant =
        Optional.ofNullable(claims.getStringClaim("tenant")).map(MappedClaims::tenantId);
    Optional<TenantUid> uid =
        Optional.ofNullable(claims.getStringClaim("tenant_uid")).map(PlatformClaims::tenantUid);
    List<String> modules = claims.getStringListClaim("modules");
    return new Principal(
        orEmpty(claims.getSubject()),
        tenant.isPresent() ? Principal.Kind.TENANT : Principal.Kind.PLATFORM,
        tenant,
        uid,
        MappedClaims.words(claims.getClaim("scope")),
        modules == null ? Set.of() : Set.copyOf(modules),
        orEmpty(claims.getStringClaim("plan")),
        expiry,
        orEmpty(claims.getJWTID()),
        claims.getClaim("act") != null);
  }

  private static TenantUid tenantUid(String text) {
    try {
      return TenantUid.parse(text);
    } catch (IllegalArgumentException e) {
      throw TokenErrors.invalid("malformed tenant_uid");
    }
  }

  private static String orEmpty(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }
}
