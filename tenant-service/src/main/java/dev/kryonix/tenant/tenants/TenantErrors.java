package dev.kryonix.tenant.tenants;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;
import java.util.Collection;
import java.util.Locale;

/** Why a request about a tenant is refused. */
public final class TenantErrors {
  private static final String TENANT = "tenant";

  private TenantErrors() {}

  public static ServiceException notFound(TenantId id) {
    return CommonErrors.notFound(TENANT, id.value());
  }

  static ServiceException exists(TenantId id) {
    return CommonErrors.alreadyExists(TENANT, id.value());
  }

  static ServiceException planUnknown(String plan, Collection<String> known) {
    String description = "no plan '%s'; there are %s".formatted(plan, String.join(", ", known));
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_PLAN_UNKNOWN,
            "tenant.plan: " + description)
        .with("plan", plan)
        .field("tenant.plan", description);
  }

  static ServiceException moduleUnknown(String module, Collection<String> known) {
    String description = "no module '%s'; there are %s".formatted(module, String.join(", ", known));
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_MODULE_UNKNOWN,
            "tenant.modules: " + description)
        .with("module", module)
        .field("tenant.modules", description);
  }

  static ServiceException sectorUnknown(String sector, Collection<String> known) {
    return CommonErrors.invalidField(
        "tenant.sector",
        "no sector '%s'; there are %s".formatted(sector, String.join(", ", known)));
  }

  static ServiceException immutable(String path) {
    String description = "'%s' cannot be changed".formatted(path);
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_IMMUTABLE_FIELD,
            "update_mask: " + description)
        .field("update_mask", description);
  }

  static ServiceException platformOnly(String path) {
    return ServiceException.of(
            Code.PERMISSION_DENIED,
            ErrorReason.ERROR_REASON_SCOPE_MISSING,
            "'%s' is the platform's to change; it takes the scope platform.admin.".formatted(path))
        .with("scope", "platform.admin");
  }

  static ServiceException stale(Tenant current) {
    return ServiceException.of(
            Code.ABORTED,
            ErrorReason.ERROR_REASON_ETAG_MISMATCH,
            "The tenant '%s' has changed since it was read; read it again.".formatted(current.id()))
        .with("current_etag", current.etag());
  }

  /** The tenant's state does not allow the call. */
  public static ServiceException conflict(Tenant tenant, String wanted) {
    String state = tenant.phase().name();
    String description =
        "the tenant is %s, and this call needs it %s"
            .formatted(state.toLowerCase(Locale.ROOT), wanted);
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_STATE_CONFLICT,
            "tenant '%s': %s.".formatted(tenant.id(), description))
        .with("state", state)
        .precondition("STATE", "tenants/" + tenant.id(), description);
  }

  static ServiceException suspended(TenantId id) {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_SUSPENDED,
        "The tenant '" + id + "' is suspended.");
  }

  static ServiceException deleted(TenantId id) {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_DELETED,
        "The tenant '" + id + "' is deleted.");
  }

  static ServiceException anotherTenant(TenantId id) {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_MISMATCH,
        "The token was issued for an earlier tenant '" + id + "'; get a new one.");
  }
}
