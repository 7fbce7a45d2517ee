package dev.kryonix.messaging.subscribe;

import java.time.Duration;

/** What a consumer does with a delivery. */
sealed interface Settlement {
  /** It is done. */
  record Acknowledge() implements Settlement {}

  /** It goes back to its queue. */
  record Requeue() implements Settlement {}

  /** It goes to the dead letters. */
  record Drop() implements Settlement {}

  /** It needs more time. */
  record Extend(Duration lease) implements Settlement {}
}
