package dev.kryonix.messaging.connection;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.TenantId;
import io.grpc.Status.Code;
import java.time.Duration;

/** Why a tenant gets no connection. */
final class ConnectionErrors {
  private static final Duration RETRY = Duration.ofSeconds(2);

  private ConnectionErrors() {}

  static ServiceException limitReached(TenantId tenant) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The tenant '%s' has all the broker connections that its plan allows."
                .formatted(tenant))
        .quota("messaging.connections", "connections to the tenant's vhost")
        .retryAfter(RETRY);
  }

  static ServiceException channelsUsed(int most) {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The tenant consumes over the %d broker channels that its plan allows; end a subscription."
                .formatted(most))
        .quota("messaging.channels", most + " channels")
        .retryAfter(RETRY);
  }

  static ServiceException noChannelLeft() {
    return ServiceException.of(
            Code.RESOURCE_EXHAUSTED,
            ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
            "The tenant has all the broker channels that one connection allows.")
        .quota("messaging.channels", "channels of a connection")
        .retryAfter(RETRY);
  }

  static ServiceException tooManyTenants() {
    return CommonErrors.notServing("this instance has all the broker connections it may have");
  }
}
