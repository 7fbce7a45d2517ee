package dev.kryonix.messaging.deadletter;

import java.util.Optional;

/** A group's place in a listing that is ordered by size, then fingerprint. */
record GroupPlace(long count, String fingerprint) {
  static GroupPlace of(Group group) {
    return new GroupPlace(group.count(), group.fingerprint());
  }

  String text() {
    return count + ":" + fingerprint;
  }

  /** Reads a place as {@link #text} wrote it; empty for the beginning. */
  static Optional<GroupPlace> parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(
            new GroupPlace(Long.parseLong(text.substring(0, colon)), text.substring(colon + 1)));
  }
}
