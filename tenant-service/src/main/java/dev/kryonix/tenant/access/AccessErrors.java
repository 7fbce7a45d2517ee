package dev.kryonix.tenant.access;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a key or a token is refused. */
final class AccessErrors {
  private AccessErrors() {}

  /** One answer for every reason, so that a stranger learns nothing of the keys that there are. */
  static ServiceException apiKeyInvalid() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_API_KEY_INVALID,
        "The API key is unknown, revoked or expired.");
  }

  static ServiceException tooManyFailures(Duration retryAfter) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_RATE_LIMITED,
            "Too many wrong secrets came for this API key; only the right one is looked at.")
        .retryAfter(retryAfter);
  }

  static ServiceException apiKeyNotFound(String id) {
    return CommonErrors.notFound("apiKey", id);
  }

  static ServiceException scopeMissing(String scope) {
    return ServiceException.of(
            Code.PERMISSION_DENIED,
            ErrorReason.ERROR_REASON_SCOPE_MISSING,
            "The scope '%s' cannot be given: the caller does not have it.".formatted(scope))
        .with("scope", scope);
  }

  static ServiceException anotherTenant() {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_MISMATCH,
        "The API key belongs to another tenant than the one named.");
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

  static ServiceException notReady(TenantId id) {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_TENANT_NOT_READY,
            "The tenant '" + id + "' is being provisioned; try again shortly.")
        .retryAfter(Duration.ofSeconds(1));
  }

  static ServiceException tooManyKeys(TenantId id, int most) {
    String description = "a tenant has at most %d live API keys; revoke one".formatted(most);
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED, ErrorReason.ERROR_REASON_QUOTA_EXCEEDED, description)
        .quota("tenants/" + id, description);
  }
}
