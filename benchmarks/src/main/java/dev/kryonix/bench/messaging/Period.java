package dev.kryonix.bench.messaging;

import java.time.Duration;

/**
 * How long something runs; whole seconds, as PerfTest reports by them.
 *
 * @param warmUp before it counts
 * @param load while it counts
 */
record Period(Duration warmUp, Duration load) {
  static Period ofSeconds(int warmUp, int load) {
    return new Period(Duration.ofSeconds(warmUp), Duration.ofSeconds(load));
  }
}
