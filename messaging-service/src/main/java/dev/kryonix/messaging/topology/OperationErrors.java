package dev.kryonix.messaging.topology;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;

/** Why there is no queue for what a caller names, in which field of the request. */
final class OperationErrors {
  private OperationErrors() {}

  static ServiceException unknownModule(String module, Catalog catalog, String field) {
    String known = String.join(", ", catalog.modules().keySet()) + ", " + Catalog.MOBILE;
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_MODULE_UNKNOWN,
            "There is no module '%s'; there are %s.".formatted(module, known))
        .with("module", module)
        .field(field, "must name one of " + known);
  }

  static ServiceException unknownOperation(String module, String operation, String field) {
    return ServiceException.of(
            Code.INVALID_ARGUMENT,
            ErrorReason.ERROR_REASON_OPERATION_UNKNOWN,
            "The module '%s' has no operation '%s'.".formatted(module, operation))
        .with("module", module)
        .with("operation", operation)
        .field(field, "must name an operation or alias of the module, as in the catalogue");
  }

  static ServiceException moduleNotEnabled(String module, TenantId tenant) {
    return ServiceException.of(
            Code.FAILED_PRECONDITION,
            ErrorReason.ERROR_REASON_MODULE_NOT_ENABLED,
            "The tenant '%s' does not have the module '%s'.".formatted(tenant, module))
        .with("module", module)
        .precondition("MODULE", module, "enable the module for the tenant");
  }
}
