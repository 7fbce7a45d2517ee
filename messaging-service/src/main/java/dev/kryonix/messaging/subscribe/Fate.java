package dev.kryonix.messaging.subscribe;

/** What the broker is told of a message that a consumer has settled. */
enum Fate {
  /** That it is done: nothing is left to do, or a copy of it is elsewhere in the broker. */
  ACKNOWLEDGE,
  /** That it is to be delivered again. */
  REQUEUE,
  /** Nothing yet: it stays here, and is handed over again. */
  KEEP,
  /** Nothing, because what was to be done with it failed; the consumer still has it. */
  FAILED
}
