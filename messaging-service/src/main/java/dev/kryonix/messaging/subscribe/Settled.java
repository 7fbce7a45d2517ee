package dev.kryonix.messaging.subscribe;

/** How settling a delivery ended. */
enum Settled {
  /** Done, now or before. */
  OK,
  /** There is no such delivery. */
  INVALID,
  /** The delivery has ended: its lease ran out, or its channel closed. */
  STALE,
  /** The broker could not be reached. */
  FAILED
}
