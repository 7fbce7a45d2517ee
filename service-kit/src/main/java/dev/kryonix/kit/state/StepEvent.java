package dev.kryonix.kit.state;

import java.time.Duration;

/**
 * A step of a reconciliation has begun or ended.
 *
 * @param step the step's name
 * @param state what has happened
 * @param elapsed how long it took; zero at its beginning
 */
record StepEvent(String step, State state, Duration elapsed) {
  enum State {
    STARTED,
    DONE,
    FAILED
  }
}
