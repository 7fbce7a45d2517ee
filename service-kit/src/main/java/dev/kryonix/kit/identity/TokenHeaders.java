package dev.kryonix.kit.identity;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Locale;
import java.util.Set;

/** The rules for what stands in front of a token's claims (RFC 7515 section 4, RFC 8725). */
final class TokenHeaders {
  private static final int MAX_KEY_ID_CHARS = 128;

  /** An access token, by its own type (RFC 9068) or by the general one (RFC 7519). */
  private static final Set<String> TYPES =
      Set.of("jwt", "at+jwt", "application/jwt", "application/at+jwt");

  private TokenHeaders() {}

  /** The token, when it is a signed one in compact form with a header that we can obey. */
  static SignedJWT parse(String token) {
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(token);
    } catch (ParseException | RuntimeException e) {
      throw TokenErrors.invalid("not a signed JWT");
    }
    JWSHeader header = jwt.getHeader();
    if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
      throw TokenErrors.invalid("critical header parameters are not supported");
    }
    if (!header.isBase64URLEncodePayload()
        || header.getContentType() != null
        || header.getCustomParam("zip") != null
        || header.getCustomParam("enc") != null) {
      throw TokenErrors.invalid("its claims must stand in it plainly");
    }
    if (header.getType() != null
        && !TYPES.contains(header.getType().getType().toLowerCase(Locale.ROOT))) {
      throw TokenErrors.invalid("its type must be JWT or at+jwt");
    }
    return jwt;
  }

  /**
   * The issuer's key that the header names. The algorithm must be one that the issuer may use and
   * the one that the key is for; the header only repeats what we know.
   */
  static VerificationKey key(JWSHeader header, TrustedIssuer issuer) {
    TokenAlgorithm algorithm =
        TokenAlgorithm.of(header.getAlgorithm())
            .filter(issuer.algorithms()::contains)
            .orElseThrow(() -> TokenErrors.invalid("the algorithm is not one of its issuer's"));
    String keyId = header.getKeyID();
    if (keyId == null || keyId.isEmpty() || keyId.length() > MAX_KEY_ID_CHARS) {
      throw TokenErrors.invalid("no usable key id");
    }
    VerificationKey key =
        issuer.keys().find(keyId).orElseThrow(() -> TokenErrors.invalid("unknown signing key"));
    if (key.algorithm() != algorithm) {
      throw TokenErrors.invalid("the algorithm is not the key's");
    }
    return key;
  }
}
