package dev.kryonix.kit.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks a JWT and says who it stands for. Accepted is ES256 by a trusted issuer's current key,
 * with exact issuer and audience, an expiry, and 30 seconds of clock skew; keys named inside the
 * token (`jku`, `x5u`, `jwk`) are ignored.
 *
 * <p>A signature costs about a millisecond to check, so verified tokens are remembered by digest
 * until they expire or their key is withdrawn. The memory is bounded.
 */
public final class TokenVerifier {
  private static final int MAX_TOKEN_CHARS = 8192;
  private static final int MAX_KEY_ID_CHARS = 128;
  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final long REMEMBERED_TOKENS = 20_000;

  private final Map<String, TrustedIssuer> issuers;
  private final InstantSource clock;
  private final Cache<String, Verified> verified =
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
    String digest = digest(token);
    Verified known = verified.getIfPresent(digest);
    if (known == null || known.issuer().keys().find(known.keyId()).isEmpty()) {
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
    Verified known = verified.getIfPresent(digest(token));
    if (known == null
        || !known.issuer().keys().holds(known.keyId())
        || isPast(known.principal().expiresAt())) {
      return Optional.empty();
    }
    return Optional.of(known.principal());
  }

  private Verified check(String token) {
    SignedJWT jwt = parse(token);
    JWSHeader header = jwt.getHeader();
    if (!JWSAlgorithm.ES256.equals(header.getAlgorithm())) {
      throw TokenErrors.invalid("the algorithm must be ES256");
    }
    if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
      throw TokenErrors.invalid("critical header parameters are not supported");
    }
    String keyId = header.getKeyID();
    if (keyId == null || keyId.length() > MAX_KEY_ID_CHARS) {
      throw TokenErrors.invalid("no usable key id");
    }
    JWTClaimsSet claims = claims(jwt);
    TrustedIssuer issuer = issuer(claims);
    ECPublicKey key =
        issuer.keys().find(keyId).orElseThrow(() -> TokenErrors.invalid("unknown signing key"));
    if (!signedBy(jwt, key)) {
      throw TokenErrors.invalid("bad signature");
    }
    if (!claims.getAudience().contains(issuer.audience())) {
      throw TokenErrors.invalid("made for another audience");
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null && clock.instant().plus(SKEW).isBefore(notBefore.toInstant())) {
      throw TokenErrors.invalid("not valid yet");
    }
    Date expiry = claims.getExpirationTime();
    if (expiry == null) {
      throw TokenErrors.invalid("no expiry");
    }
    if (isPast(expiry.toInstant())) {
      throw TokenErrors.expired();
    }
    return new Verified(PrincipalClaims.read(claims, issuer, expiry.toInstant()), issuer, keyId);
  }

  private boolean isPast(Instant expiry) {
    return !clock.instant().minus(SKEW).isBefore(expiry);
  }

  private TrustedIssuer issuer(JWTClaimsSet claims) {
    String name = claims.getIssuer();
    @Nullable TrustedIssuer issuer = name == null ? null : issuers.get(name);
    if (issuer == null) {
      throw TokenErrors.invalid("unknown issuer");
    }
    return issuer;
  }

  private static SignedJWT parse(String token) {
    try {
      return SignedJWT.parse(token);
    } catch (ParseException | RuntimeException e) {
      throw TokenErrors.invalid("not a signed JWT");
    }
  }

  private static JWTClaimsSet claims(SignedJWT jwt) {
    try {
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      if (claims != null) {
        return claims;
      }
    } catch (ParseException e) {
      // Answered below like an absent claims set.
    }
    throw TokenErrors.invalid("unreadable claims");
  }

  private static boolean signedBy(SignedJWT jwt, ECPublicKey key) {
    try {
      return jwt.verify(new ECDSAVerifier(key));
    } catch (JOSEException e) {
      return false;
    }
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Verified(Principal principal, TrustedIssuer issuer, String keyId) {}
}
