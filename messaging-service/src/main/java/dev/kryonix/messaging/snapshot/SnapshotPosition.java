package dev.kryonix.messaging.snapshot;

import java.util.Optional;
import java.util.UUID;

/**
 * The position of an export: the place in the log of changes, and the copy that it is read from.
 *
 * @param changes the place in the log; empty when there is none
 * @param copy the copy; empty for the position of a change
 */
record SnapshotPosition(String changes, Optional<UUID> copy) {
  private static final String SEPARATOR = "~";

  String text() {
    return changes + copy.map(id -> SEPARATOR + id).orElse("");
  }

  /** What a text says; of one that is none of ours, nothing that is known. */
  static SnapshotPosition parse(String text) {
    int at = text.indexOf(SEPARATOR);
    if (at < 0) {
      return new SnapshotPosition(text, Optional.empty());
    }
    try {
      return new SnapshotPosition(
          text.substring(0, at), Optional.of(UUID.fromString(text.substring(at + 1))));
    } catch (IllegalArgumentException e) {
      return new SnapshotPosition(text, Optional.empty());
    }
  }
}
