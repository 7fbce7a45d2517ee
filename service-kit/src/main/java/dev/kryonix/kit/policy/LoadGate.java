package dev.kryonix.kit.policy;

import dev.kryonix.kit.identity.Principal;

/**
 * Bounds how many calls are worked on at once. It is asked as soon as the caller is known to be
 * allowed, before the request is read: to refuse must cost little beside serving, or a service that
 * is asked for twice what it can do would do less than it can.
 */
public interface LoadGate {
  /** What to run, once, when a call that was let in has ended. */
  @FunctionalInterface
  interface Place {
    void leave();
  }

  /** Lets the call in, or refuses it with a time to come back. */
  Place enter(Principal caller, MethodPolicy method);
}
