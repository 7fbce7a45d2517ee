package dev.kryonix.bench.messaging;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param mode the name of it
 * @param rounds of each comparison
 * @param warmUp of each workload on each way to the service, once; longer while that is compiled
 * @param publishing how long a round publishes; its warm-up is that of PerfTest too, whose JVM is a
 *     new one in each
 * @param consuming how long a round consumes what was left by the publishing before it: shorter,
 *     since consuming is faster
 * @param overload how long too much is asked for
 * @param tenants how many share the service
 */
record Extent(
    String mode,
    int rounds,
    Duration warmUp,
    Period publishing,
    Period consuming,
    Duration overload,
    int tenants) {
  static final Extent FULL =
      new Extent(
          "full",
          3,
          Duration.ofSeconds(10),
          Period.ofSeconds(5, 3),
          Period.ofSeconds(2, 2),
          Duration.ofSeconds(8),
          200);
  static final Extent QUICK =
      new Extent(
          "quick",
          1,
          Duration.ofSeconds(4),
          Period.ofSeconds(2, 2),
          Period.ofSeconds(1, 1),
          Duration.ofSeconds(3),
          20);
}
