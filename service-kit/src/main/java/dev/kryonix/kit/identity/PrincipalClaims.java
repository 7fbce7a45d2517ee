package dev.kryonix.kit.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The platform's claims: how a principal stands in a token. */
final class PrincipalClaims {
  private PrincipalClaims() {}

  static Principal read(JWTClaimsSet claims, TrustedIssuer issuer, Instant expiry) {
    try {
      Optional<TenantId> tenant =
          Optional.ofNullable(claims.getStringClaim("tenant")).map(PrincipalClaims::tenantId);
      Optional<TenantUid> uid =
          Optional.ofNullable(claims.getStringClaim("tenant_uid")).map(PrincipalClaims::tenantUid);
      return new Principal(
          orEmpty(claims.getSubject()),
          kind(issuer, tenant),
          tenant,
          uid,
          words(claims.getStringClaim("scope")),
          Set.copyOf(orEmpty(claims.getStringListClaim("modules"))),
          orEmpty(claims.getStringClaim("plan")),
          expiry,
          orEmpty(claims.getJWTID()),
          claims.getClaim("act") != null);
    } catch (ParseException e) {
      throw TokenErrors.invalid("unreadable claims");
    }
  }

  private static Principal.Kind kind(TrustedIssuer issuer, Optional<TenantId> tenant) {
    if (issuer.services()) {
      return Principal.Kind.SERVICE;
    }
    return tenant.isPresent() ? Principal.Kind.TENANT : Principal.Kind.PLATFORM;
  }

  private static TenantId tenantId(String text) {
    return TenantId.parse(text).orElseThrow(() -> TokenErrors.invalid("malformed tenant"));
  }

  private static TenantUid tenantUid(String text) {
    try {
      return TenantUid.parse(text);
    } catch (IllegalArgumentException e) {
      throw TokenErrors.invalid("malformed tenant_uid");
    }
  }

  private static Set<String> words(@Nullable String text) {
    return text == null || text.isBlank() ? Set.of() : Set.of(text.trim().split(" +"));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : list;
  }
}
