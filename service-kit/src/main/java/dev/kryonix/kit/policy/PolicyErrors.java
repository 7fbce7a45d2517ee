package dev.kryonix.kit.policy;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;

/** Why a known caller may not make a call. */
final class PolicyErrors {
  private PolicyErrors() {}

  static ServiceException scopeMissing(String scope) {
    return ServiceException.of(
            Code.PERMISSION_DENIED,
            ErrorReason.ERROR_REASON_SCOPE_MISSING,
            "The token lacks the scope " + scope + ".")
        .with("scope", scope);
  }

  static ServiceException internalOnly() {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_INTERNAL_ONLY,
        "This RPC is for services of the platform only.");
  }

  static ServiceException noTenant() {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_MISMATCH,
        "The token names no tenant. Use a tenant's token, or name one in x-kryonix-tenant with platform.act-as.");
  }

  static ServiceException otherTenant() {
    return ServiceException.of(
        Code.PERMISSION_DENIED,
        ErrorReason.ERROR_REASON_TENANT_MISMATCH,
        "The token belongs to another tenant than the request names.");
  }
}
