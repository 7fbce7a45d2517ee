package dev.kryonix.kit.crypto;

import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.kit.identity.TenantUid;
import org.jspecify.annotations.Nullable;

/** A sealed secret does not open: another platform key, another tenant's, or altered. */
public final class SealBrokenException extends RuntimeException {
  SealBrokenException(SealedSecret secret, TenantUid uid, @Nullable Throwable cause) {
    super(
        "the secret '%s' (%s) of tenant %s does not open under this platform key"
            .formatted(secret.getPurpose(), secret.getId(), uid),
        cause);
  }

  SealBrokenException(SealedSecret secret, TenantUid uid) {
    this(secret, uid, null);
  }
}
