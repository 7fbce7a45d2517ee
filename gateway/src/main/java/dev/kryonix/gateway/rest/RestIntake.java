package dev.kryonix.gateway.rest;

import dev.kryonix.gateway.authorize.Admission;
import dev.kryonix.gateway.http.RequestBody;

/** The body of a REST request on its way into a call. */
interface RestIntake extends RequestBody {
  /** The door has let the request in. */
  void admit(Admission.Admitted admitted);
}
