package dev.kryonix.bench.gateway;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param mode the name of it
 * @param rounds of everything
 * @param load how long one subject is under load in one round
 * @param warmUp how long one subject is under load before the first round: in a full run until the
 *     JVM's compilers have done their work, as a gateway that serves has it behind it
 */
record Extent(String mode, int rounds, Duration load, Duration warmUp) {
  static final Extent FULL = new Extent("full", 5, Duration.ofMillis(2500), Duration.ofSeconds(12));
  static final Extent QUICK =
      new Extent("quick", 2, Duration.ofMillis(700), Duration.ofMillis(1200));
}
