package dev.kryonix.messaging.deadletter;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Which dead letters are meant: those for which all that is given here holds. */
record Filter(
    Optional<String> module,
    Optional<String> operation,
    Optional<String> fingerprint,
    List<String> ids,
    Optional<Instant> from,
    Optional<Instant> until) {
  Filter {
    ids = List.copyOf(ids);
  }
}
