package dev.kryonix.cache.snapshot;

import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.TenantSpace;
import dev.kryonix.cache.session.SessionEntries;
import dev.kryonix.cache.sync.SyncEntries;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A part of a tenant's cache in a snapshot, with a collection of records of its own; in the order
 * of the collections' names.
 */
enum Section {
  ENTRIES("entries", ""),
  OFFLINE("offline", SyncEntries.QUEUES),
  SESSIONS("sessions", SessionEntries.MODULE),
  SYNC("sync", SyncEntries.COLLECTIONS);

  private final String collection;
  private final String module;

  Section(String collection, String module) {
    this.collection = collection;
    this.module = module;
  }

  /** The section that an entry belongs to; none for what is not backed up. */
  static Optional<Section> of(EntryKey address) {
    if (!address.isPlatform()) {
      return Optional.of(ENTRIES);
    }
    for (Section each : values()) {
      if (each.module.equals(address.module())) {
        return each == SESSIONS && !SessionEntries.isKept(address)
            ? Optional.empty()
            : Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** The name of the records' collection. */
  String collection() {
    return collection;
  }

  /** The module that all of its entries have; empty for entries, which have the caller's. */
  String module() {
    return module;
  }

  /** Whether its entries are the platform's own, rather than the caller's. */
  boolean isOfPlatform() {
    return this != ENTRIES;
  }

  /** The entry that knows of this one: the collection's log, the queue, the user's list. */
  EntryKey leader(EntryKey address, Content content) {
    return switch (this) {
      case ENTRIES -> address;
      case OFFLINE, SYNC -> SyncEntries.leader(address);
      case SESSIONS -> SessionEntries.leader(address, content);
    };
  }

  /** Whether its entries are encrypted whatever the tenant's compliance regimes ask for. */
  boolean isSecret() {
    return this == SESSIONS;
  }

  /** Whether its entries may be without an end. */
  boolean mayStay() {
    return this == SYNC || this == OFFLINE;
  }

  /** The bucket where an entry must lie; none when it can't be put back. */
  OptionalInt bucket(TenantSpace space, EntryKey address, Content content) {
    return switch (this) {
      case ENTRIES -> OptionalInt.of(space.number(address.bytes()));
      case OFFLINE, SYNC -> OptionalInt.of(SyncEntries.bucket(space, address));
      case SESSIONS -> SessionEntries.bucket(space, address, content);
    };
  }
}
