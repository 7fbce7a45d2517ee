package dev.kryonix.tenant.state;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: events in their order, one at a time. */
final class Timeline implements InstantSource {
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparing(Event::at).thenComparing(Event::number));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long numbers;

  private record Event(Instant at, long number, Runnable action) {}

  @Override
  public Instant instant() {
    return now;
  }

  void after(Duration delay, Runnable event) {
    at(now.plus(delay), event);
  }

  void at(Instant instant, Runnable event) {
    events.add(new Event(instant.isBefore(now) ? now : instant, numbers++, event));
  }

  /** Lets everything happen that is due within the duration, and the check after each event. */
  void run(Duration duration, Runnable check) {
    Instant until = now.plus(duration);
    while (!events.isEmpty() && !events.peek().at().isAfter(until)) {
      Event event = events.remove();
      now = event.at();
      event.action().run();
      check.run();
    }
    now = until;
  }
}
