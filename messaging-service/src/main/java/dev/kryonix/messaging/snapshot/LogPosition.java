package dev.kryonix.messaging.snapshot;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a tenant's log of changes and in its history.
 *
 * @param log the log
 * @param place the last change
 * @param history the offset up to which the history is known; negative when nothing of it is
 */
record LogPosition(UUID log, long place, long history) {
  /** Nothing is known of the history. */
  static final long NO_HISTORY = -1;

  private static final Pattern TEXT =
      Pattern.compile("([0-9a-f-]{36})\\.(\\d{1,18})(?:\\.(\\d{1,18}))?");

  LogPosition at(long newPlace) {
    return new LogPosition(log, newPlace, history);
  }

  LogPosition withHistory(long offset) {
    return new LogPosition(log, place, offset);
  }

  String text() {
    return log + "." + place + (history < 0 ? "" : "." + history);
  }

  /** What a text says; empty for one that is none of ours. */
  static Optional<LogPosition> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new LogPosition(
              UUID.fromString(matcher.group(1)),
              Long.parseLong(matcher.group(2)),
              matcher.group(3) == null ? NO_HISTORY : Long.parseLong(matcher.group(3))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
