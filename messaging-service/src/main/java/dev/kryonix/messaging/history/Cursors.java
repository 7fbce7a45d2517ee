package dev.kryonix.messaging.history;

/** Cursors of live views: the offset of the last message that was looked at. */
final class Cursors {
  private static final String PREFIX = "h";

  private Cursors() {}

  static String of(long offset) {
    return PREFIX + Long.toString(offset, Character.MAX_RADIX);
  }

  static long parse(String cursor) {
    if (!cursor.startsWith(PREFIX)) {
      throw HistoryErrors.badCursor();
    }
    try {
      long offset = Long.parseLong(cursor.substring(PREFIX.length()), Character.MAX_RADIX);
      if (offset < 0 || !of(offset).equals(cursor)) {
        throw HistoryErrors.badCursor();
      }
      return offset;
    } catch (NumberFormatException e) {
      throw HistoryErrors.badCursor();
    }
  }
}
