package dev.kryonix.messaging.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Where reading a history begins. */
sealed interface Position {
  /** As the broker takes it. */
  Object spec();

  /** At what is appended from now on. */
  record Next() implements Position {
    @Override
    public Object spec() {
      return "next";
    }
  }

  /** At an offset, or the nearest that there is. */
  record Offset(long offset) implements Position {
    @Override
    public Object spec() {
      return offset;
    }
  }

  /**
   * A little before a time: the broker counts seconds, finds a chunk and no message, and knows by
   * its own clock when a message was appended and not when it was accepted.
   */
  record Time(Instant time) implements Position {
    private static final Duration BEFORE = Duration.ofMinutes(1);

    @Override
    public Object spec() {
      Instant from = time.isBefore(Instant.EPOCH.plus(BEFORE)) ? Instant.EPOCH : time.minus(BEFORE);
      return Date.from(from);
    }
  }
}
