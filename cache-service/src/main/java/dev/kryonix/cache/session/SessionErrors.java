package dev.kryonix.cache.session;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;

/** Why a request for a session is refused. An id is never part of a message. */
final class SessionErrors {
  private SessionErrors() {}

  static ServiceException notFound() {
    return CommonErrors.notFound("session", "…");
  }

  static ServiceException tooMany(TenantId tenant, int most) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The user has %d sessions, which is all it may have; end one, or set evict_oldest."
                .formatted(most))
        .quota("tenants/" + tenant + "/sessions_per_user", "limit " + most);
  }

  static ServiceException tooMuchData(int most) {
    return CommonErrors.invalidField("data", "at most " + most + " entries together");
  }
}
