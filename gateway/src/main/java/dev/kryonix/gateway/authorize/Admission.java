package dev.kryonix.gateway.authorize;

import dev.kryonix.gateway.limit.Allowance;
import dev.kryonix.gateway.limit.Peer;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import java.util.Optional;

/** What the door decides about a call. */
public sealed interface Admission {
  /** What the caller's tenant has left, when it is limited and the decision went that far. */
  Optional<Allowance> allowance();

  /**
   * The call may go on.
   *
   * @param peer where it comes from
   * @param principal who calls; nobody, for a public RPC
   */
  record Admitted(Peer peer, Optional<Principal> principal, Optional<Allowance> allowance)
      implements Admission {}

  /** The call ends here. */
  record Refused(ServiceException why, Optional<Allowance> allowance) implements Admission {
    Refused(ServiceException why) {
      this(why, Optional.empty());
    }
  }
}
