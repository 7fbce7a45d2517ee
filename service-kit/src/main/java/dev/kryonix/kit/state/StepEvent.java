package dev.kryonix.kit.state;

import java.time.Duration;
import java.util.Map;

/**
 * A step of a reconciliation has begun or ended.
 *
 * @param step the step's name
 * @param state what has happened
 * @param elapsed how long it took; zero at its beginning
 * @param counts what a census before a removal found, by kind; else empty
 */
record StepEvent(String step, State state, Duration elapsed, Map<String, Long> counts) {
  StepEvent {
    counts = Map.copyOf(counts);
  }

  enum State {
    STARTED,
    DONE,
    FAILED
  }
}
