package dev.kryonix.messaging.subscribe;

import java.time.Duration;
import java.util.Optional;

/** What a consumer does with a delivery. */
sealed interface Settlement {
  /** It is done. */
  record Acknowledge() implements Settlement {}

  /** It goes back to its queue, as if it had not been delivered. */
  record Requeue() implements Settlement {}

  /** The attempt has failed: another after the delay, or after the ladder's next step. */
  record Retry(Optional<Duration> delay, String error) implements Settlement {}

  /** It goes to the dead letters. */
  record Drop(String error) implements Settlement {}

  /** It needs more time. */
  record Extend(Duration lease) implements Settlement {}
}
