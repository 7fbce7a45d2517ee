package dev.kryonix.kit.identity;

/**
 * An issuer whose tokens are accepted.
 *
 * @param issuer the exact `iss`
 * @param audience the `aud` that a token must contain
 * @param services whether its tokens stand for services of the platform
 * @param keys its public keys
 */
public record TrustedIssuer(String issuer, String audience, boolean services, KeySource keys) {
  /** The issuer of tenants' and platform engineers' tokens. */
  public static final String PLATFORM_ISSUER = "kryonix";

  /** The audience of those tokens. */
  public static final String PLATFORM_AUDIENCE = "kryonix";

  /** The issuer of the services' own tokens. */
  public static final String SERVICES_ISSUER = "kryonix-services";

  /** The audience of the services' own tokens. */
  public static final String SERVICES_AUDIENCE = "kryonix-internal";
}
