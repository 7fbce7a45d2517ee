package dev.kryonix.tenant.access;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TrustedIssuer;
import dev.kryonix.kit.postgres.Database;
import dev.kryonix.tenant.audit.Actor;
import dev.kryonix.tenant.audit.AuditEvent;
import dev.kryonix.tenant.audit.AuditTrail;
import dev.kryonix.tenant.tenants.Phase;
import dev.kryonix.tenant.tenants.Tenant;
import dev.kryonix.tenant.tenants.TenantErrors;
import dev.kryonix.tenant.tenants.TenantStore;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.UUID;
import java.util.function.Supplier;

/** Issues tokens for API keys. */
@Singleton
final class Tokens {
  /** The subject of tokens of the platform's own key. */
  static final String PLATFORM_SUBJECT = "platform";

  private final Database database;
  private final TenantStore tenants;
  private final ApiKeyStore keys;
  private final ApiKeyMint mint;
  private final Signer signer;
  private final FailedExchanges failures;
  private final AuditTrail audit;
  private final InstantSource clock;
  private final Optional<byte[]> platformKeyHash;

  Tokens(
      Database database,
      TenantStore tenants,
      ApiKeyStore keys,
      ApiKeyMint mint,
      Signer signer,
      FailedExchanges failures,
      AuditTrail audit,
      InstantSource clock,
      AccessConfig config) {
    this.database = database;
    this.tenants = tenants;
    this.keys = keys;
    this.mint = mint;
    this.signer = signer;
    this.failures = failures;
    this.audit = audit;
    this.clock = clock;
    this.platformKeyHash =
        Optional.of(config.adminApiKey()).filter(key -> !key.isEmpty()).map(mint::hash);
  }

  /**
   * What is asked for.
   *
   * @param apiKey the secret key
   * @param scopes the scopes wanted; empty means all that the key gives
   * @param tenant the tenant to act as, or the key's own
   * @param ttl how long the token is to live
   */
  record Order(String apiKey, SortedSet<String> scopes, Optional<TenantId> tenant, Duration ttl) {}

  /** A token and what it permits. */
  record Issued(
      String token, Instant expires, SortedSet<String> scopes, Optional<TenantId> tenant) {}

  Issued issue(Order order) {
    if (platformKeyHash.filter(hash -> mint.matches(order.apiKey(), hash)).isPresent()) {
      return order.tenant().isPresent() ? actAs(order, order.tenant().get()) : platform(order);
    }
    return tenant(order);
  }

  private Issued platform(Order order) {
    SortedSet<String> scopes = subset(order, Scopes.PLATFORM);
    return sign(claims(order, PLATFORM_SUBJECT, scopes), scopes, Optional.empty());
  }

  private Issued actAs(Order order, TenantId id) {
    for (String scope : order.scopes()) {
      if (Scopes.PLATFORM.contains(scope)) {
        throw CommonErrors.invalidField(
            "scopes", "'%s' cannot be in a token that acts as a tenant".formatted(scope));
      }
    }
    SortedSet<String> scopes = subset(order, Scopes.TENANT);
    Tenant tenant =
        database.inTenant(
            id,
            tx -> {
              Tenant found = tenants.find(tx, id).orElseThrow(() -> TenantErrors.notFound(id));
              requireServed(found);
              audit.append(
                  tx,
                  id,
                  found.uid(),
                  AuditEvent.of(
                      clock.instant(),
                      new Actor(
                          PLATFORM_SUBJECT, Principal.Kind.PLATFORM, true, Callers.source(), ""),
                      "AccessService.IssueToken",
                      "tenants/" + id,
                      Map.of("scopes", String.join(" ", scopes))));
              return found;
            });
    JWTClaimsSet.Builder claims = claims(order, PLATFORM_SUBJECT, scopes);
    // RFC 8693: someone else acts as the subject's tenant.
    claims.claim("act", Map.of("sub", PLATFORM_SUBJECT));
    return sign(inTenant(claims, tenant), scopes, Optional.of(id));
  }

  private Issued tenant(Order order) {
    ApiKeySecret secret =
        ApiKeySecret.parse(order.apiKey()).orElseThrow(AccessErrors::apiKeyInvalid);
    Instant now = clock.instant();
    Supplier<ServiceException> invalid = () -> failures.refusal(secret.id());
    // The key's tenant is known only once the key has been found.
    Found found =
        database.inPlatform(
            tx -> {
              ApiKeyStore.Stored stored = keys.find(tx, secret.id()).orElseThrow(invalid);
              ApiKey key = stored.key();
              if (!mint.matches(order.apiKey(), stored.hash()) || !key.isLive(now)) {
                throw invalid.get();
              }
              Tenant tenant =
                  tenants
                      .find(tx, key.uid())
                      .filter(each -> each.phase() != Phase.PURGED)
                      .orElseThrow(invalid);
              if (order.tenant().filter(named -> !named.equals(tenant.id())).isPresent()) {
                throw AccessErrors.anotherTenant();
              }
              requireServed(tenant);
              keys.used(tx, key.id(), now);
              return new Found(key, tenant);
            });
    SortedSet<String> scopes = subset(order, found.key().scopes());
    JWTClaimsSet.Builder claims = claims(order, found.key().id(), scopes);
    return sign(inTenant(claims, found.tenant()), scopes, Optional.of(found.tenant().id()));
  }

  private record Found(ApiKey key, Tenant tenant) {}

  private static void requireServed(Tenant tenant) {
    switch (tenant.phase()) {
      case ACTIVE -> {}
      case PROVISIONING -> throw AccessErrors.notReady(tenant.id());
      case SUSPENDED -> throw AccessErrors.suspended(tenant.id());
      case DELETING, PURGED -> throw AccessErrors.deleted(tenant.id());
    }
  }

  private static SortedSet<String> subset(Order order, SortedSet<String> given) {
    for (String scope : order.scopes()) {
      if (!given.contains(scope)) {
        throw AccessErrors.scopeMissing(scope);
      }
    }
    return order.scopes().isEmpty() ? given : order.scopes();
  }

  private JWTClaimsSet.Builder claims(Order order, String subject, SortedSet<String> scopes) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return new JWTClaimsSet.Builder()
        .issuer(TrustedIssuer.PLATFORM_ISSUER)
        .audience(TrustedIssuer.PLATFORM_AUDIENCE)
        .subject(subject)
        .jwtID(UUID.randomUUID().toString())
        .issueTime(Date.from(now))
        .notBeforeTime(Date.from(now))
        .expirationTime(Date.from(now.plus(order.ttl())))
        .claim("scope", String.join(" ", scopes));
  }

  private static JWTClaimsSet.Builder inTenant(JWTClaimsSet.Builder claims, Tenant tenant) {
    return claims
        .claim("tenant", tenant.id().value())
        .claim("tenant_uid", tenant.uid().toString())
        .claim("modules", tenant.profile().modules())
        .claim("plan", tenant.profile().plan());
  }

  private Issued sign(
      JWTClaimsSet.Builder builder, SortedSet<String> scopes, Optional<TenantId> tenant) {
    JWTClaimsSet claims = builder.build();
    String token = signer.sign(JOSEObjectType.JWT.getType(), claims);
    return new Issued(token, claims.getExpirationTime().toInstant(), scopes, tenant);
  }
}
