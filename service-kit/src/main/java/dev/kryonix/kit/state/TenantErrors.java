package dev.kryonix.kit.state;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a known caller's tenant is not served. */
final class TenantErrors {
  private TenantErrors() {}

  static ServiceException notReady(TenantId id) {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_TENANT_NOT_READY,
            "The tenant '" + id + "' is not provisioned here yet; try again shortly.")
        .retryAfter(Duration.ofSeconds(1));
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

  static ServiceException revoked() {
    return ServiceException.of(
        Code.UNAUTHENTICATED,
        ErrorReason.ERROR_REASON_TOKEN_INVALID,
        "The token is not accepted: it has been revoked.");
  }

  static ServiceException cutOff() {
    return ServiceException.of(
            Code.UNAVAILABLE,
            ErrorReason.ERROR_REASON_UPSTREAM_UNAVAILABLE,
            "Whether the tenant is suspended cannot be known: the control plane is out of reach; try again shortly.")
        .with("upstream", "tenant")
        .retryAfter(Duration.ofSeconds(1));
  }
}
