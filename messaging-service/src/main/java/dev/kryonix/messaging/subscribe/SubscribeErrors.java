package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.kit.state.TenantView;
import io.grpc.Status.Code;
import java.time.Instant;

/** Why a subscription does not begin, or ends. */
final class SubscribeErrors {
  private SubscribeErrors() {}

  static ServiceException startFirst() {
    return CommonErrors.invalidField("item", "the first message must be a start");
  }

  static ServiceException startOnce() {
    return CommonErrors.invalidField("start", "a subscription starts only once");
  }

  static ServiceException nothingToSettle() {
    return CommonErrors.invalidField(
        "ack_tokens", "give at least one of ack_tokens, nacks and lease_extensions");
  }

  /** The caller's tenant, while it is served and the token of the stream lasts. */
  static TenantView stillServed(TenantDirectory tenants, Principal caller) {
    if (caller.expiresAt().isBefore(Instant.now())) {
      throw ServiceException.of(
          Code.UNAUTHENTICATED,
          ErrorReason.ERROR_REASON_TOKEN_EXPIRED,
          "The token has expired; open the stream again with a new one.");
    }
    return tenants.require(caller);
  }
}
