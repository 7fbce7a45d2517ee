package dev.kryonix.cache.snapshot;

import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.cache.counting.Times;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Envelope;
import dev.kryonix.cache.entry.Head;
import dev.kryonix.cache.entry.Observations;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Makes records of living entries as they are stored. */
@Singleton
final class StoredRecords {
  /** What lives for longer is what stays until it is deleted. */
  private static final Duration ENDLESS = Duration.ofDays(365);

  private final Envelope envelope;
  private final Observations observations;
  private final InstantSource clock;

  StoredRecords(Envelope envelope, Observations observations, InstantSource clock) {
    this.envelope = envelope;
    this.observations = observations;
    this.clock = clock;
  }

  /** An entry as a record; none, and an alert, of what does not open for its address. */
  Optional<Record> record(TenantView tenant, Section section, EntryKey address, byte[] stored) {
    Optional<Record> record =
        Head.of(stored)
            .map(Head::expires)
            .flatMap(
                expires ->
                    envelope
                        .open(tenant, address, stored)
                        .map(
                            content ->
                                EntryRecords.record(
                                    section, address, content, end(section, expires))));
    if (record.isEmpty()) {
      observations.unreadable(tenant, address, Times.NONE);
    }
    return record;
  }

  private Optional<Instant> end(Section section, Instant expires) {
    return section.mayStay() && expires.isAfter(clock.instant().plus(ENDLESS))
        ? Optional.empty()
        : Optional.of(expires);
  }
}
