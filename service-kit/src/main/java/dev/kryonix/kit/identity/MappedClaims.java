package dev.kryonix.kit.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The claims of an issuer outside of the platform. Its tokens are always a tenant's, never the
 * platform's or a service's, and say of it nothing but who, which tenant and which scopes.
 *
 * @param tenantClaim the claim that names the tenant
 * @param scopeClaim the claim with the scopes, as a text separated by blanks or as a list
 * @param tenants the tenants that the issuer speaks for; empty means all
 */
record MappedClaims(String tenantClaim, String scopeClaim, Set<TenantId> tenants)
    implements TokenClaims {
  MappedClaims {
    tenants = Set.copyOf(tenants);
  }

  @Override
  public Principal read(JWTClaimsSet claims, String keyId, Instant expiry) throws ParseException {
    String named = claims.getStringClaim(tenantClaim);
    if (named == null) {
      throw TokenErrors.invalid("it names no tenant");
    }
    TenantId tenant = tenantId(named);
    if (!tenants.isEmpty() && !tenants.contains(tenant)) {
      throw TokenErrors.invalid("its issuer does not speak for this tenant");
    }
    return new Principal(
        Objects.requireNonNullElse(claims.getSubject(), ""),
        Principal.Kind.TENANT,
        Optional.of(tenant),
        Optional.empty(),
        words(claims.getClaim(scopeClaim)),
        Set.of(),
        "",
        expiry,
        Objects.requireNonNullElse(claims.getJWTID(), ""),
        false);
  }

  static TenantId tenantId(String text) {
    return TenantId.parse(text).orElseThrow(() -> TokenErrors.invalid("malformed tenant"));
  }

  /** The words of a text, or the texts of a list. */
  static Set<String> words(@Nullable Object claim) {
    Set<String> words = new LinkedHashSet<>();
    switch (claim) {
      case null -> {}
      case String text -> addWords(text, words);
      case Collection<?> list -> {
        for (Object each : list) {
          if (!(each instanceof String text)) {
            throw TokenErrors.invalid("malformed scope");
          }
          addWords(text, words);
        }
      }
      default -> throw TokenErrors.invalid("malformed scope");
    }
    return words;
  }

  private static void addWords(String text, Set<String> words) {
    for (String word : text.split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
  }
}
