package dev.kryonix.kit.policy;

import dev.kryonix.kit.identity.Principal;

/** Sees each call of a platform caller that acts in a tenant, before it is served. */
public interface ActingGate {
  /** Refuses a call that cannot be answered for. */
  void admit(Principal caller, MethodPolicy method);

  /** Whether {@link #admit} lets such a call in without waiting for anything. */
  boolean hasAdmitted(Principal caller, MethodPolicy method);
}
