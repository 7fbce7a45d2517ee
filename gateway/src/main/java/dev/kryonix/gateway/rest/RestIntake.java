package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.http.RequestBody;
import dev.kryonix.kit.identity.Principal;
import java.util.Optional;

/** The body of a REST request on its way into a call. */
interface RestIntake extends RequestBody {
  /** The door has let the request in. */
  void admit(Optional<Principal> principal);
}
