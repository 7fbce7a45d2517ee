package dev.kryonix.cache.sync;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;

/** Why a request for a collection or a queue is refused. */
final class SyncErrors {
  private SyncErrors() {}

  static ServiceException queueFull(TenantId tenant) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The device's queue would have more than %d operations, or %d bytes of their ids; drain it first."
                .formatted(OfflineLog.MOST_WAITING, OfflineLog.MOST_ID_BYTES))
        .quota("tenants/" + tenant + "/offline_operations", "limit " + OfflineLog.MOST_WAITING);
  }

  static ServiceException unknownOperation(String id) {
    return CommonErrors.invalidField(
        "acknowledge_through", "the device's queue has and had no operation '" + id + "'");
  }
}
