package dev.kryonix.kit.paging;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * An item's place in a listing that is ordered by time, then id.
 *
 * @param time to the microsecond, as PostgreSQL keeps it
 */
public record Position(Instant time, String id) {
  private static final char SEPARATOR = ':';

  String text() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time) + (SEPARATOR + id);
  }

  static Position parse(String text) {
    int separator = text.indexOf(SEPARATOR);
    return new Position(
        Instant.EPOCH.plus(Long.parseLong(text.substring(0, separator)), ChronoUnit.MICROS),
        text.substring(separator + 1));
  }
}
