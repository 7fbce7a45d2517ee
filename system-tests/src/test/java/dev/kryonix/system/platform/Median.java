package dev.kryonix.system.platform;

import java.time.Duration;
import java.util.List;

/**
 * How long something takes that must be quick, of several times: where everything runs at once, one
 * may fall on a pause of the machine.
 */
public final class Median {
  private Median() {}

  public static Duration of(List<Duration> times) {
    return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
  }
}
