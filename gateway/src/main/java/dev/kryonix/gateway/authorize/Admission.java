package dev.kryonix.gateway.authorize;

import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import java.util.Optional;

/** What the door decides about a call. */
public sealed interface Admission {
  /** The call may go on; a public RPC has no principal. */
  record Admitted(Optional<Principal> principal) implements Admission {}

  /** The call ends here. */
  record Refused(ServiceException why) implements Admission {}
}
