package dev.kryonix.kit.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.kryonix.kit.errors.ServiceException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks a JWT and says who it stands for, after RFC 8725. Accepted is a signature by a trusted
 * issuer's current key with that key's own algorithm, with exact issuer and audience, an expiry,
 * and 30 seconds of clock skew; keys that a token itself brings or points to (`jku`, `jwk`, `x5u`,
 * `x5c`) are never looked at.
 *
 * <p>A signature costs far more to check than anything else of a call, so verified tokens are
 * remembered by digest until they expire or their key is withdrawn. The memory is bounded. Whether
 * a token has been revoked is asked on every call, of the tenant's own record.
 */
public final class TokenVerifier {
  private static final int MAX_TOKEN_CHARS = 8192;
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final long REMEMBERED_TOKENS = 20_000;

  private final Map<String, TrustedIssuer> issuers;
  private final InstantSource clock;
  private final Cache<TokenDigest, Verified> verified =
      Caffeine.newBuilder().maximumSize(REMEMBERED_TOKENS).build();

  public TokenVerifier(List<TrustedIssuer> issuers, InstantSource clock) {
    this.issuers =
        issuers.stream().collect(Collectors.toMap(TrustedIssuer::issuer, Function.identity()));
    this.clock = clock;
  }

  /** The principal of a token; refuses with UNAUTHENTICATED what cannot be accepted. */
  public Principal verify(String token) {
    if (token.length() > MAX_TOKEN_CHARS) {
      throw TokenErrors.invalid("longer than " + MAX_TOKEN_CHARS + " characters");
    }
    TokenDigest digest = TokenDigest.of(token);
    Verified known = verified.getIfPresent(digest);
    if (known == null || !known.isByCurrentKey()) {
      verified.invalidate(digest);
      known = check(token);
      verified.put(digest, known);
    }
    if (isPast(known.principal().expiresAt())) {
      verified.invalidate(digest);
      throw TokenErrors.expired();
    }
    return known.principal();
  }

  /**
   * The principal of a token that was verified before and still stands. Never waits, so that it can
   * be asked on an event loop.
   */
  public Optional<Principal> remembered(String token) {
    if (token.length() > MAX_TOKEN_CHARS) {
      return Optional.empty();
    }
    Verified known = verified.getIfPresent(TokenDigest.of(token));
    if (known == null
        || !known.issuer().keys().holds(known.key())
        || isPast(known.principal().expiresAt())) {
      return Optional.empty();
    }
    return Optional.of(known.principal());
  }

  private Verified check(String token) {
    SignedJWT jwt = TokenHeaders.parse(token);
    JWTClaimsSet claims = claims(jwt);
    TrustedIssuer issuer = issuer(claims);
    VerificationKey key = TokenHeaders.key(jwt.getHeader(), issuer);
    if (!key.signed(jwt)) {
      throw TokenErrors.invalid("bad signature");
    }
    if (!claims.getAudience().contains(issuer.audience())) {
      throw TokenErrors.invalid("made for another audience");
    }
    if (isFuture(claims.getNotBeforeTime()) || isFuture(claims.getIssueTime())) {
      throw TokenErrors.invalid("not valid yet");
    }
    Date expiry = claims.getExpirationTime();
    if (expiry == null) {
      throw TokenErrors.invalid("no expiry");
    }
    if (isPast(expiry.toInstant())) {
      throw TokenErrors.expired();
    }
    try {
      return new Verified(issuer.claims().read(claims, key.id(), expiry.toInstant()), issuer, key);
    } catch (ParseException e) {
      throw unreadable();
    }
  }

  private boolean isPast(Instant expiry) {
    return !clock.instant().minus(SKEW).isBefore(expiry);
  }

  private boolean isFuture(@Nullable Date time) {
    return time != null && clock.instant().plus(SKEW).isBefore(time.toInstant());
  }

  private TrustedIssuer issuer(JWTClaimsSet claims) {
    String name = claims.getIssuer();
    @Nullable TrustedIssuer issuer = name == null ? null : issuers.get(name);
    if (issuer == null) {
      throw TokenErrors.invalid("unknown issuer");
    }
    return issuer;
  }

  private static JWTClaimsSet claims(SignedJWT jwt) {
    try {
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      if (claims != null) {
        return claims;
      }
    } catch (ParseException | RuntimeException e) {
      // Answered below like an absent claims set.
    }
    throw unreadable();
  }

  private static ServiceException unreadable() {
    return TokenErrors.invalid("unreadable claims");
  }

  private record Verified(Principal principal, TrustedIssuer issuer, VerificationKey key) {
    boolean isByCurrentKey() {
      return issuer.keys().find(key.id()).filter(key::equals).isPresent();
    }
  }
}
