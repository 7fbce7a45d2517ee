package dev.kryonix.tenant.audit;

import dev.kryonix.kit.identity.Callers;
import dev.kryonix.kit.identity.Principal;

/**
 * Who does something.
 *
 * @param subject the subject of the token
 * @param kind what kind of caller that is
 * @param actingAs whether the caller is of the platform and acts as the tenant
 * @param source the address that the call comes from, or empty
 * @param requestId the request_id of the call, or empty
 */
public record Actor(
    String subject, Principal.Kind kind, boolean actingAs, String source, String requestId) {
  /** The platform itself, doing what nobody asked for by name. */
  public static final Actor PLATFORM =
      new Actor("tenant-service", Principal.Kind.SERVICE, false, "", "");

  /** The caller, without a request id. */
  public static Actor of(Principal principal) {
    return new Actor(
        principal.subject(), principal.kind(), principal.actingAs(), Callers.source(), "");
  }

  /** The same, for a call with that request id. */
  public Actor withRequestId(String id) {
    return new Actor(subject, kind, actingAs, source, id);
  }
}
