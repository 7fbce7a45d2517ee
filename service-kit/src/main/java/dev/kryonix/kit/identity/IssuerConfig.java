package dev.kryonix.kit.identity;

import io.micronaut.context.annotation.EachProperty;
import io.micronaut.core.bind.annotation.Bindable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * An issuer outside of the platform whose tokens are accepted, {@code kryonix.issuers.<name>.…}.
 * The gateway and every service need the same: each checks tokens itself.
 *
 * @param issuer the exact {@code iss}
 * @param audience the {@code aud} that a token must contain
 * @param algorithms the algorithms that it signs with
 * @param jwks where its keys are: {@code https:} or {@code file:}, or {@code http:} on loopback
 * @param tenantClaim the claim that names the tenant
 * @param scopeClaim the claim with the scopes
 * @param tenants the tenants that it speaks for; empty means all
 * @param fresh how old its keys may be: so soon at the latest a withdrawn key is refused
 * @param patience how long an answer of it may take
 */
@EachProperty("kryonix.issuers")
public record IssuerConfig(
    String issuer,
    @Bindable(defaultValue = TrustedIssuer.PLATFORM_AUDIENCE) String audience,
    @Bindable(defaultValue = "ES256") Set<TokenAlgorithm> algorithms,
    URI jwks,
    @Bindable(defaultValue = "tenant") String tenantClaim,
    @Bindable(defaultValue = "scope") String scopeClaim,
    @Bindable(defaultValue = "") List<String> tenants,
    @Bindable(defaultValue = "5m") Duration fresh,
    @Bindable(defaultValue = "3s") Duration patience) {
  private static final Set<String> OURS =
      Set.of(TrustedIssuer.PLATFORM_ISSUER, TrustedIssuer.SERVICES_ISSUER);
  private static final Duration LEAST_FRESH = Duration.ofSeconds(1);

  public IssuerConfig {
    if (issuer.isBlank() || OURS.contains(issuer)) {
      throw new IllegalArgumentException(
          "kryonix.issuers: '" + issuer + "' cannot be the name of an issuer outside");
    }
    if (audience.isBlank() || audience.equals(TrustedIssuer.SERVICES_AUDIENCE)) {
      throw new IllegalArgumentException(
          "kryonix.issuers: '" + audience + "' cannot be the audience of " + issuer);
    }
    if (algorithms.isEmpty() || fresh.compareTo(LEAST_FRESH) < 0 || !patience.isPositive()) {
      throw new IllegalArgumentException(
          "kryonix.issuers: " + issuer + " needs an algorithm, fresh of 1s or more, a patience");
    }
    algorithms = Set.copyOf(algorithms);
    tenants = tenants.stream().filter(tenant -> !tenant.isBlank()).toList();
  }
}
