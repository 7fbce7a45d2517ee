package dev.kryonix.cache.entry;

/** What became of a write. */
sealed interface WriteOutcome {
  /** The entry stands. */
  record Written() implements WriteOutcome {}

  /** Its condition did not hold. */
  record ConditionFailed() implements WriteOutcome {}

  /** The tenant has no room for another key. */
  record OutOfKeys() implements WriteOutcome {}

  /** The tenant has no room for its bytes. */
  record OutOfMemory() implements WriteOutcome {}
}
