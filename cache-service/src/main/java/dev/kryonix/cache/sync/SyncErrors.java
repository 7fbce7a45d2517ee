package dev.kryonix.cache.sync;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;

/** Why a request for a collection or a queue is refused. */
final class SyncErrors {
  private SyncErrors() {}

  static ServiceException queueFull(TenantId tenant, int most) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The device's queue would have more than %d operations; drain it first."
                .formatted(most))
        .quota("tenants/" + tenant + "/offline_operations", "limit " + most);
  }

  static ServiceException unknownOperation(String id) {
    return CommonErrors.invalidField(
        "acknowledge_through", "the device's queue has and had no operation '" + id + "'");
  }
}
