package dev.kryonix.kit.identity;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.stream.Collectors;

/** An issuer whose tokens are accepted. */
public final class TrustedIssuer {
  /** The issuer of tenants' and platform engineers' tokens. */
  public static final String PLATFORM_ISSUER = "kryonix";

  /** The audience of those tokens. */
  public static final String PLATFORM_AUDIENCE = "kryonix";

  /** The issuer of the services' own tokens. */
  public static final String SERVICES_ISSUER = "kryonix-services";

  /** The audience of the services' own tokens. */
  public static final String SERVICES_AUDIENCE = "kryonix-internal";

  private final String issuer;
  private final String audience;
  private final Set<TokenAlgorithm> algorithms;
  private final TokenClaims claims;
  private final KeySource keys;

  private TrustedIssuer(
      String issuer,
      String audience,
      Set<TokenAlgorithm> algorithms,
      TokenClaims claims,
      KeySource keys) {
    this.issuer = issuer;
    this.audience = audience;
    this.algorithms = Set.copyOf(algorithms);
    this.claims = claims;
    this.keys = keys;
  }

  /** The platform's own issuer. */
  public static TrustedIssuer platform(KeySource keys) {
    return new TrustedIssuer(
        PLATFORM_ISSUER,
        PLATFORM_AUDIENCE,
        Set.of(TokenAlgorithm.ES256),
        new PlatformClaims(),
        keys);
  }

  /** The services, each for itself. */
  public static TrustedIssuer services(KeySource keys) {
    return new TrustedIssuer(
        SERVICES_ISSUER,
        SERVICES_AUDIENCE,
        Set.of(TokenAlgorithm.ES256),
        new ServiceClaims(),
        keys);
  }

  /** An issuer outside of the platform, with its keys kept in memory. */
  public static TrustedIssuer outside(IssuerConfig config, InstantSource clock) {
    KeySource keys =
        new CachedKeys(
            config.issuer(),
            new JwksDocument(config.jwks(), config.algorithms(), config.patience()),
            config.fresh(),
            Duration.ZERO,
            clock);
    return outside(config, keys);
  }

  static TrustedIssuer outside(IssuerConfig config, KeySource keys) {
    Set<TenantId> tenants =
        config.tenants().stream().map(TenantId::new).collect(Collectors.toSet());
    return new TrustedIssuer(
        config.issuer(),
        config.audience(),
        config.algorithms(),
        new MappedClaims(config.tenantClaim(), config.scopeClaim(), tenants),
        keys);
  }

  /** The exact `iss`. */
  public String issuer() {
    return issuer;
  }

  /** The `aud` that a token must contain. */
  String audience() {
    return audience;
  }

  /** The algorithms that its tokens may be signed with. */
  Set<TokenAlgorithm> algorithms() {
    return algorithms;
  }

  /** What its claims mean. */
  TokenClaims claims() {
    return claims;
  }

  /** Its public keys. */
  KeySource keys() {
    return keys;
  }
}
