package dev.kryonix.cache.entry;

/** What a read found. */
sealed interface Lookup {
  /** An entry. */
  record Hit(Entry entry) implements Lookup {}

  /** Nothing. */
  record Miss() implements Lookup {}

  /** An entry that a flush or the invalidation of a tag has made a miss. */
  record Invalidated() implements Lookup {}

  /** Something that was not written for this address; it has been discarded. */
  record Unreadable() implements Lookup {}
}
