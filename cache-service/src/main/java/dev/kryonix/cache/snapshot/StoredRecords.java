package dev.kryonix.cache.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Envelope;
import dev.kryonix.cache.entry.Head;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Makes records of living entries as they are stored. */
@Singleton
final class StoredRecords {
  /** What lives for longer is what stays until it is deleted. */
  private static final Duration ENDLESS = Duration.ofDays(365);

  private final Envelope envelope;
  private final InstantSource clock;

  StoredRecords(Envelope envelope, InstantSource clock) {
    this.envelope = envelope;
    this.clock = clock;
  }

  /** An entry as a record; none of what is no envelope, or does not open for its address. */
  Optional<Record> record(TenantView tenant, Section section, EntryKey address, byte[] stored) {
    Optional<Head> head = Head.of(stored);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    boolean stays =
        section.mayStay() && head.get().expires().isAfter(clock.instant().plus(ENDLESS));
    return envelope
        .open(tenant, address, stored)
        .map(
            content ->
                EntryRecords.record(
                    section, address, content, stays ? Optional.empty() : head.map(Head::expires)));
  }
}
