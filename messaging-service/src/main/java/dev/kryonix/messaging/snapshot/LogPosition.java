package dev.kryonix.messaging.snapshot;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in a tenant's log of changes. */
record LogPosition(UUID log, long place) {
  private static final Pattern TEXT = Pattern.compile("([0-9a-f-]{36})\\.(\\d{1,18})");

  String text() {
    return log + "." + place;
  }

  /** What a text says; empty for one that is none of ours. */
  static Optional<LogPosition> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LogPosition(UUID.fromString(matcher.group(1)), Long.parseLong(matcher.group(2))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
