package dev.kryonix.tenant.process;

import java.time.Duration;
import java.util.List;

/**
 * How long something takes that must be quick, of several times: where everything runs at once, one
 * may fall on a pause of the machine.
 */
final class Median {
  private Median() {}

  static Duration of(List<Duration> times) {
    return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
  }
}
