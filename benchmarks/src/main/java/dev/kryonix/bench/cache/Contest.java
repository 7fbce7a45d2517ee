package dev.kryonix.bench.cache;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * One thing that several subjects do in turn.
 *
 * @param name in tables and plots
 * @param entrants who takes part
 */
record Contest(String name, List<Entrant> entrants) {
  Contest {
    entrants = List.copyOf(entrants);
  }

  List<String> subjects() {
    return entrants.stream().map(Entrant::subject).toList();
  }

  Entrant of(String subject) {
    return entrants.stream()
        .filter(each -> each.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  /**
   * Who takes part.
   *
   * @param subject its name
   * @param turn what it does for the time given
   */
  record Entrant(String subject, Turn turn) {}

  /** One turn of a subject. */
  interface Turn {
    Costs.Taken take(Duration time) throws IOException, InterruptedException;
  }
}
