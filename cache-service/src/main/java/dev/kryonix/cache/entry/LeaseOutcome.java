package dev.kryonix.cache.entry;

import java.time.Duration;
import java.time.Instant;

/** What a caller gets who asks for an entry or for the right to load it. */
sealed interface LeaseOutcome {
  /** There is an entry, which may say that there is known to be no value. */
  record There(Entry entry) implements LeaseOutcome {}

  /** The caller is to load it. */
  record Granted(String token, Instant expires) implements LeaseOutcome {}

  /** Another loads it; this is what was there before. */
  record Stale(Entry entry) implements LeaseOutcome {}

  /** Another loads it; ask again after a while. */
  record Loading(Duration retryAfter) implements LeaseOutcome {}
}
