package dev.kryonix.kit.policy;

import dev.kryonix.kit.identity.Principal;

/**
 * Bounds how many calls are worked on at once. To refuse must cost little beside serving, or a
 * service that is asked for twice what it can do would do less than it can: so it is asked first
 * when the caller is known to be allowed, before the request is read. A place is only taken when
 * the request has come. Of a client that sends more than is taken, the beginnings of new calls
 * overtake the requests of earlier ones, which flow control holds back; those would keep all places
 * and do nothing.
 */
public interface LoadGate {
  /** What to run, once, when a call that was let in has ended. */
  @FunctionalInterface
  interface Place {
    void leave();
  }

  /** Refuses a call that has begun, with a time to come back, when no place is free. */
  void requireRoom(Principal caller, MethodPolicy method);

  /** Lets a call in whose request has come, or refuses it in the same way. */
  Place enter(Principal caller, MethodPolicy method);
}
