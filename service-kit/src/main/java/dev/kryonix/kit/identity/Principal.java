package dev.kryonix.kit.identity;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who a verified token stands for.
 *
 * @param subject the token's subject: an API key id, a user, or a service name
 * @param kind what the token was made for
 * @param tenant the tenant that the call acts in, when it acts in one
 * @param tenantUid the uid of that tenant, when known
 * @param scopes what the token permits
 * @param modules the tenant's modules at the time of issue
 * @param plan the tenant's plan at the time of issue, or empty
 * @param expiresAt when the token ends
 * @param tokenId the token's id, or empty
 * @param actingAs whether a platform caller acts in a tenant that is not its own
 */
public record Principal(
    String subject,
    Kind kind,
    Optional<TenantId> tenant,
    Optional<TenantUid> tenantUid,
    Set<String> scopes,
    Set<String> modules,
    String plan,
    Instant expiresAt,
    String tokenId,
    boolean actingAs) {

  /** What a token was made for. */
  public enum Kind {
    /** A tenant's own applications and users. */
    TENANT,
    /** Platform engineers and their tools. */
    PLATFORM,
    /** A service of the platform. */
    SERVICE
  }

  /** The scope of platform engineers; it includes every other. */
  public static final String PLATFORM_ADMIN = "platform.admin";

  /** The scope that lets a platform caller act in a tenant. */
  public static final String PLATFORM_ACT_AS = "platform.act-as";

  public Principal {
    scopes = Set.copyOf(scopes);
    modules = Set.copyOf(modules);
  }

  public boolean hasScope(String scope) {
    return scopes.contains(scope) || isPlatformAdmin();
  }

  public boolean isPlatformAdmin() {
    return kind == Kind.PLATFORM && scopes.contains(PLATFORM_ADMIN);
  }

  /** The tenant that the call acts in; refuses a caller that acts in none. */
  public TenantId requireTenant() {
    return tenant.orElseThrow(Principal::noTenant);
  }

  /** The uid of the tenant that the call acts in. */
  public TenantUid requireTenantUid() {
    return tenantUid.orElseThrow(Principal::noTenant);
  }

  /** The same caller, acting in a tenant that is not its own. */
  public Principal actAs(TenantId id, Optional<TenantUid> uid) {
    return new Principal(
        subject, kind, Optional.of(id), uid, scopes, modules, plan, expiresAt, tokenId, true);
  }

  private static ServiceException noTenant() {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_MISMATCH,
        "The token names no tenant. Use a tenant's token, or name one in x-kryonix-tenant with platform.act-as.");
  }
}
