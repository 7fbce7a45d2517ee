package dev.kryonix.cache.entry;

import dev.kryonix.api.errors.v1.ErrorReason;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import io.grpc.Status.Code;

/**
 * The scope for what is read. An RPC's policy names one scope, which is to write for those that
 * also hand out what others have stored; they ask for this one themselves.
 */
public final class ReadScope {
  private static final String NAME = "cache.read";

  private ReadScope() {}

  /** Refuses a caller who may not read with PERMISSION_DENIED. */
  public static void require(Principal caller) {
    if (!caller.hasScope(NAME)) {
      throw ServiceException.of(
              Code.PERMISSION_DENIED,
              ErrorReason.ERROR_REASON_SCOPE_MISSING,
              "The token lacks the scope " + NAME + ".")
          .with("scope", NAME);
    }
  }
}
