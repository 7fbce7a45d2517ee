package dev.kryonix.cache.entry;

import java.time.Duration;

/** What becomes of one entry when several change together. */
public sealed interface Change {
  /** The entry. */
  EntryKey address();

  /** What must hold, or nothing is changed at all. */
  WriteRule rule();

  /**
   * The entry is written.
   *
   * @param secret whether it is encrypted whatever the tenant's compliance regimes ask for
   */
  record Put(EntryKey address, Content content, Duration ttl, WriteRule rule, boolean secret)
      implements Change {}

  /** The entry is removed, if there is one. */
  record Remove(EntryKey address, WriteRule rule) implements Change {}

  /** The entry lives at least so long from now, if there is one. */
  record Extend(EntryKey address, Duration ttl) implements Change {
    @Override
    public WriteRule rule() {
      return new WriteRule.Always();
    }
  }
}
